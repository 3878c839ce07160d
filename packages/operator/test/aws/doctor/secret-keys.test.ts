import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { runAsProcess } from '@vpc-postgres/testing/support/command-line.js';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { renderReport } from '../../../src/doctor/render.js';
import type { DoctorReport } from '../../../src/doctor/report.js';
import { signIn } from '../accounts.js';
import { startMoto } from '../moto.js';
import { EXISTING } from './breakage.js';
import { addSqlDataSource, PASSWORD, SECRET_BREAKAGES, SHARED_FOLDER } from './breakages-secrets.js';
import { buildAccount, openClients } from './build-account.js';
import { ACCOUNT, type Clinic, openClinic, REGION } from './clinic.js';
import { SHAPES, type Shape } from './recipe.js';

const motoServer = inject('motoServer');
/** Of the healthy accounts. */
const HEALTHY_PASSWORD = 'hunter2';
const REPOSITORY = join(import.meta.dirname, '../../../../..');
const CLI = join(import.meta.dirname, '../../run-cli.ts');

const kmsDenied = { __type: 'AccessDeniedException', Message: 'Access to KMS is not allowed' };

function outputOf(report: DoctorReport): string {
  return [
    JSON.stringify(report),
    inspect(report, { depth: null, showHidden: true }),
    ...[80, 120].map((width) => renderReport(report, { width, colour: true })),
  ].join('\n');
}

describe.skipIf(motoServer === undefined)('vpc-postgres doctor --secret-keys', () => {
  let clinic: Clinic;

  beforeAll(async () => {
    clinic = await openClinic(motoServer ?? '');
  });
  afterAll(() => clinic?.close());

  const checksOf = ({ groups }: DoctorReport) => groups.flatMap(({ checks }) => checks);
  const keysOf = (report: DoctorReport) => checksOf(report).find(({ id }) => id === 'secret-keys');

  test.each([
    ['an existing proxy', 'app, migrator'],
    ['a new proxy with secrets, and endpoints', 'app, migrator'],
    ['a new proxy with IAM before a cluster, and NAT', undefined],
    ['no proxy', undefined],
  ] as const satisfies readonly (readonly [Shape, string | undefined])[])(
    'finds nothing wrong with %s',
    async (shape, users) => {
      const report = await clinic.examine(SHAPES[shape], { secretKeys: true });

      expect(checksOf(report).filter(({ status }) => status !== 'ok')).toEqual([]);
      expect(keysOf(report)?.detail).toBe(users);
      expect(clinic.asked().includes('secretsmanager:GetSecretValue')).toBe(users !== undefined);
      expect(outputOf(report)).not.toContain(HEALTHY_PASSWORD);
    },
  );

  test('without it no secret is read, and the line says how to', async () => {
    const report = await clinic.examine(SHAPES[EXISTING]);

    expect(keysOf(report)).toMatchObject({ status: 'skipped', detail: expect.stringContaining('--secret-keys') });
    expect(clinic.asked()).not.toContain('secretsmanager:GetSecretValue');
  });

  test.each(SECRET_BREAKAGES)(
    'finds $name, with $shape, and nothing else',
    async ({ shape, check, problem, fix, change }) => {
      const report = await clinic.examine(SHAPES[shape], { secretKeys: true, ...(change && { change }) });

      const found = checksOf(report).filter(({ status }) => status !== 'ok');
      expect(
        found.map(({ id, status }) => [id, status]),
        JSON.stringify(found, null, 2),
      ).toEqual([[check, 'problem']]);
      expect(found[0]?.findings.map((finding) => finding.problem)).toEqual([expect.stringMatching(problem)]);
      expect(found[0]?.findings[0]?.fix).toMatch(fix);
      expect(outputOf(report)).not.toContain(PASSWORD);
    },
  );

  test.each([undefined, SHARED_FOLDER])(
    'finds nothing wrong with a SQL data source, its parameter in %s',
    async (folder) => {
      const change = addSqlDataSource(folder === undefined ? {} : { folder });
      const report = await clinic.examine(SHAPES[EXISTING], { secretKeys: true, change });

      expect(checksOf(report).filter(({ status }) => status !== 'ok')).toEqual([]);
      expect(keysOf(report)?.detail).toBe('app, migrator, SQL data source');
      expect(outputOf(report)).not.toContain(PASSWORD);
    },
  );

  test('a secret that no database user of the environment has is not checked', async () => {
    const report = await clinic.examine(SHAPES[EXISTING], {
      recipe: {
        environment: ({ database: { migrator: _, ...database }, ...others }) => ({ ...others, database }) as never,
      },
      secretKeys: true,
      change: async ({ secrets }, { database }) => {
        const { PutSecretValueCommand } = await import('@aws-sdk/client-secrets-manager');
        await secrets.send(new PutSecretValueCommand({ SecretId: database.secrets[1], SecretString: PASSWORD }));
      },
    });

    expect(keysOf(report)).toMatchObject({ status: 'ok', detail: 'app' });
  });

  test('names the permission that is missing, and grants it for those secrets alone', async () => {
    const report = await clinic.examine(SHAPES[EXISTING], {
      secretKeys: true,
      deny: ({ action }) => action === 'GetSecretValue',
    });

    expect(keysOf(report)).toMatchObject({ status: 'unknown', detail: 'not permitted: secretsmanager:GetSecretValue' });
    expect(report.summary).toMatchObject({ problems: 0, unknown: 1 });
    expect(report.missingPermissions?.actions).toEqual(['secretsmanager:GetSecretValue']);
    expect(report.missingPermissions?.policy.Statement).toEqual([
      expect.objectContaining({
        Action: ['secretsmanager:GetSecretValue'],
        Resource: [
          expect.stringMatching(/^arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders\/app-\w{6}$/),
          expect.stringMatching(/:secret:orders\/migrator-\w{6}$/),
        ],
      }),
    ]);
  });

  test('names kms:Decrypt where the key of a secret is what denies it', async () => {
    const report = await clinic.examine(SHAPES[EXISTING], {
      secretKeys: true,
      answer: ({ action }) =>
        action === 'GetSecretValue'
          ? { status: 400, contentType: 'application/x-amz-json-1.1', body: JSON.stringify(kmsDenied) }
          : undefined,
    });

    expect(keysOf(report)).toMatchObject({ status: 'unknown', detail: 'not permitted: kms:Decrypt' });
    expect(report.missingPermissions?.actions).toEqual(['kms:Decrypt']);
    expect(report.missingPermissions?.policy.Statement).toEqual([
      expect.objectContaining({
        Action: ['kms:Decrypt'],
        Resource: 'arn:aws:kms:eu-west-1:*:key/*',
        Condition: {
          StringEquals: {
            'kms:ViaService': 'secretsmanager.eu-west-1.amazonaws.com',
            'kms:EncryptionContext:SecretARN': [
              expect.stringMatching(/:secret:orders\/app-\w{6}$/),
              expect.stringMatching(/:secret:orders\/migrator-\w{6}$/),
            ],
          },
        },
      }),
    ]);
  });
});

describe.skipIf(motoServer === undefined)('the command vpc-postgres doctor --secret-keys', () => {
  test('prints no password, in a healthy account and in a broken one, and has it in the policy with the flag alone', async () => {
    const moto = await startMoto(motoServer ?? '');
    const folder = mkdtempSync(join(tmpdir(), 'doctor-keys-'));
    try {
      const access = await signIn(ACCOUNT, moto.url, REGION);
      const clients = openClients(access);
      const account = await buildAccount(clients, ACCOUNT, REGION, { ...SHAPES[EXISTING], deployed: false });
      mkdirSync(join(folder, 'amplify'));
      writeFileSync(join(folder, 'package.json'), '{"name":"app","type":"module"}');
      // RDS names a proxy's endpoint otherwise than moto, and amplify/environments.ts is checked for it.
      const environments = JSON.stringify({ main: account.environment }).replace('.db-proxy-', '.proxy-');
      writeFileSync(join(folder, 'amplify/environments.ts'), `export const environments = ${environments};`);
      symlinkSync(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'));
      const doctor = (...args: string[]) =>
        runAsProcess({
          file: CLI,
          args: ['doctor', '--environment', 'main', ...args],
          cwd: folder,
          env: {
            PATH: process.env.PATH,
            HOME: folder,
            AWS_ENDPOINT_URL: moto.url,
            AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
            AWS_ACCESS_KEY_ID: access.credentials.accessKeyId,
            AWS_SECRET_ACCESS_KEY: access.credentials.secretAccessKey,
            AWS_SESSION_TOKEN: access.credentials.sessionToken,
          },
        });

      const healthy = [doctor('--secret-keys'), doctor('--secret-keys', '--json')];
      const policies = [doctor('--policy'), doctor('--policy', '--secret-keys')];
      await SECRET_BREAKAGES.find(({ shape }) => shape === EXISTING)?.change?.(clients, account);
      const broken = [doctor('--secret-keys'), doctor('--secret-keys', '--json')];

      for (const { stdout, stderr } of [...healthy, ...policies, ...broken]) {
        expect(stdout + stderr).not.toContain(HEALTHY_PASSWORD);
        expect(stdout + stderr).not.toContain(PASSWORD);
      }
      expect(healthy[0]?.stdout).toMatch(/✓ Keys of secrets +app, migrator\n/);
      expect(broken[0]?.stdout).toContain('No secret of the proxy has the username app');
      expect(broken[0]?.status).toBe(1);
      expect(policies[0]?.stdout).not.toMatch(/GetSecretValue|kms:/);
      const { Statement } = JSON.parse(policies[1]?.stdout ?? '');
      expect(
        Statement.find(({ Sid }: { Sid: string }) => Sid === 'ReadSecretsOfDatabaseUsers')?.Resource.toSorted(),
      ).toEqual([...account.database.secrets].toSorted());
    } finally {
      rmSync(folder, { recursive: true });
      await moto.stop();
    }
  });
});
