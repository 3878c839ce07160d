/**
 * Closes what Amplify's defaults leave open to everyone who signs up: guests, weak passwords, logins and flows that this app
 * does not use. Amplify has no setting for these, so they are set on the CloudFormation resources.
 */
import { RemovalPolicy } from 'aws-cdk-lib';
import type { CfnIdentityPool, CfnUserPool, CfnUserPoolClient } from 'aws-cdk-lib/aws-cognito';

export interface AuthResources {
  readonly cfnUserPool: CfnUserPool;
  readonly cfnUserPoolClient: CfnUserPoolClient;
  readonly cfnIdentityPool: CfnIdentityPool;
}

/** NIST SP 800-63B asks for length before anything else. Cognito's range is 6 to 99; Amplify's default is 8. */
const PASSWORD_LENGTH = 12;

/** How long a user who was removed or lost a group keeps their rights. Cognito: 5 minutes to 1 day; default 60 minutes. */
const TOKEN_MINUTES = 15;

/** How long a device stays signed in without a password. Cognito: 1 hour to 10 years; default 30 days. */
const REFRESH_TOKEN_DAYS = 7;

/** @param removalPolicy `retain`: the user pool outlives its deployment. */
export function hardenAuth(
  { cfnUserPool, cfnUserPoolClient, cfnIdentityPool }: AuthResources,
  removalPolicy: 'retain' | 'destroy',
): void {
  hardenUserPool(cfnUserPool);
  if (removalPolicy === 'retain') protectUsers(cfnUserPool);
  hardenClient(cfnUserPoolClient);
  hardenIdentityPool(cfnIdentityPool);
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-cognito-userpool.html */
function hardenUserPool(pool: CfnUserPool): void {
  pool.policies = {
    passwordPolicy: {
      minimumLength: PASSWORD_LENGTH,
      requireLowercase: true,
      requireUppercase: true,
      requireNumbers: true,
      requireSymbols: true,
      // An unused invitation must not stay valid for a week, Cognito's default.
      temporaryPasswordValidityDays: 1,
    },
  };
  // Until the new address is confirmed the old one stays in force: a stolen session cannot move the account.
  pool.userAttributeUpdateSettings = { attributesRequireVerificationBeforeUpdate: ['email'] };
  // The only proven address. Recovery by SMS would let the thief of a phone number take over the account.
  pool.accountRecoverySetting = { recoveryMechanisms: [{ name: 'verified_email', priority: 1 }] };
}

/** Amplify deletes the user pool with the branch. Its users cannot be created again: their passwords cannot be read. */
function protectUsers(pool: CfnUserPool): void {
  pool.deletionProtection = 'ACTIVE';
  pool.applyRemovalPolicy(RemovalPolicy.RETAIN);
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-cognito-userpoolclient.html */
function hardenClient(client: CfnUserPoolClient): void {
  // A wrong password and an unknown user get the same response, so that the customers cannot be listed.
  client.preventUserExistenceErrors = 'ENABLED';
  // Signing out, or an admin's global sign-out, ends the refresh token and what was made from it.
  client.enableTokenRevocation = true;
  // SRP alone: the password never leaves the browser. Amplify also allows custom flows, which nothing here uses.
  client.explicitAuthFlows = ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'];
  client.accessTokenValidity = TOKEN_MINUTES;
  client.idTokenValidity = TOKEN_MINUTES;
  client.refreshTokenValidity = REFRESH_TOKEN_DAYS;
  client.tokenValidityUnits = { accessToken: 'minutes', idToken: 'minutes', refreshToken: 'days' };
  // What a signed-in user may change of their own record; Cognito's default is every attribute, later ones included.
  client.writeAttributes = ['email'];
  // Amplify allows the OAuth code flow to https://example.com, which is not ours. No hosted login, no such flow.
  client.allowedOAuthFlowsUserPoolClient = false;
  client.allowedOAuthFlows = undefined;
  client.allowedOAuthScopes = undefined;
  client.callbackUrLs = undefined;
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-cognito-identitypool.html */
function hardenIdentityPool(pool: CfnIdentityPool): void {
  // Otherwise anyone on the internet gets AWS credentials, without signing in.
  pool.allowUnauthenticatedIdentities = false;
  // The older flow lets the client choose its role and skips the policy that scopes credentials down.
  pool.allowClassicFlow = false;
}
