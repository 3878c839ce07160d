import { join } from 'node:path';
import { synthesizeExample } from '@vpc-postgres/testing/support/example-synthesis.js';
import { beforeAll, expect, test } from 'vitest';
import { readAmplifyApp } from '../../src/amplify/amplify-app.js';
import type { UserPoolSettings } from '../../src/cognito/settings.js';

/** What the local user pool enforces is what Amplify deploys. */
const PROJECT = join(import.meta.dirname, '../../../testing/app');

let settings: UserPoolSettings;
let properties: (type: string) => Record<string, unknown>[];

beforeAll(async () => {
  const template = (await synthesizeExample()).nested('auth');
  properties = (type) =>
    Object.values(template.findResources(`AWS::Cognito::${type}`)).map((resource) => resource.Properties);
  settings = (await readAmplifyApp(PROJECT)).userPool;
});

test('the user pool has the same password policy, attributes, second factors and sign-up', () => {
  const [pool = {}] = properties('UserPool');

  expect(pool.Policies).toEqual({
    PasswordPolicy: Object.fromEntries(
      Object.entries(settings.passwordPolicy).map(([name, value]) => [
        name.replace(/^./, (first) => first.toUpperCase()),
        value,
      ]),
    ),
  });
  expect(pool.UsernameAttributes).toEqual(settings.usernameAttributes);
  expect(pool.UsernameConfiguration).toEqual({ CaseSensitive: false });
  expect(pool.AutoVerifiedAttributes).toEqual(['email']);
  expect(pool.MfaConfiguration).toBe(settings.mfa);
  expect(pool.EnabledMfas).toEqual(settings.totp ? ['SOFTWARE_TOKEN_MFA'] : []);
  expect(pool.AdminCreateUserConfig).toEqual({ AllowAdminCreateUserOnly: !settings.allowSelfSignUp });
  expect(pool.UserAttributeUpdateSettings).toEqual({
    AttributesRequireVerificationBeforeUpdate: settings.attributesRequireVerificationBeforeUpdate,
  });
  expect(pool.AccountRecoverySetting).toEqual({ RecoveryMechanisms: [{ Name: 'verified_email', Priority: 1 }] });
  expect(pool.Schema).toEqual(
    Object.entries(settings.attributes)
      .filter(([, { required }]) => required)
      .map(([Name, { mutable }]) => ({ Name, Required: true, Mutable: mutable })),
  );
  expect(pool.LambdaConfig).toBeUndefined();
});

test('the app client allows the same flows, attributes and times', () => {
  const [client = {}] = properties('UserPoolClient');

  expect(client.ExplicitAuthFlows).toEqual(settings.authFlows.map((flow) => `ALLOW_${flow}`));
  expect(client.WriteAttributes).toEqual(settings.writeAttributes);
  expect(client.PreventUserExistenceErrors).toBe(settings.preventUserExistenceErrors ? 'ENABLED' : 'LEGACY');
  expect(client.EnableTokenRevocation).toBe(true);
  expect(client.GenerateSecret ?? false).toBe(false);
  expect([
    client.TokenValidityUnits,
    client.AccessTokenValidity,
    client.IdTokenValidity,
    client.RefreshTokenValidity,
  ]).toEqual([
    { AccessToken: 'minutes', IdToken: 'minutes', RefreshToken: 'days' },
    settings.accessTokenMinutes,
    settings.idTokenMinutes,
    settings.refreshTokenDays,
  ]);
});

test('the groups are the same', () => {
  expect(properties('UserPoolGroup').map(({ GroupName }) => GroupName)).toEqual(settings.groups);
});

test('no guest gets credentials', () => {
  expect(properties('IdentityPool')).toEqual([
    expect.objectContaining({ AllowUnauthenticatedIdentities: settings.allowUnauthenticatedIdentities }),
  ]);
  expect(settings.allowUnauthenticatedIdentities).toBe(false);
});
