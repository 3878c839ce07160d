import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '@vpc-postgres/backend/configuration/environment.js';
import { runAsProcess } from '@vpc-postgres/testing/support/command-line.js';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Access, bootstrap, signIn } from '../accounts.js';
import { type Moto, startMoto } from '../moto.js';
import { ACCOUNT, REGION } from './clinic.js';

/** The command itself, as a process: its exit codes and outputs, in an account with nothing but the CDK's bootstrap. */
const motoServer = inject('motoServer');
const REPOSITORY = join(import.meta.dirname, '../../../../..');
const CLI = join(import.meta.dirname, '../../run-cli.ts');

const main: Environment = {
  account: ACCOUNT,
  region: REGION,
  network: { kind: 'new' },
  database: { name: 'app', user: 'app', server: { kind: 'new' }, proxy: { kind: 'new', auth: { kind: 'iam' } } },
};
const missing: Environment = {
  ...main,
  network: { kind: 'existing', vpc: { id: 'vpc-0123456789abcdef0' }, subnets: { type: 'isolated' } },
};

describe.skipIf(motoServer === undefined)('vpc-postgres doctor', () => {
  let moto: Moto;
  let access: Access;
  const folder = mkdtempSync(join(tmpdir(), 'doctor-'));

  beforeAll(async () => {
    moto = await startMoto(motoServer ?? '');
    access = await signIn(ACCOUNT, moto.url, REGION);
    await bootstrap(ACCOUNT, access);
    mkdirSync(join(folder, 'amplify'));
    writeFileSync(join(folder, 'package.json'), '{"name":"app","type":"module"}');
    writeFileSync(
      join(folder, 'amplify/environments.ts'),
      `export const environments = ${JSON.stringify({ main, missing })};`,
    );
    symlinkSync(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'));
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await moto?.stop();
  });

  const doctor = (args: readonly string[], credentials: Partial<Access['credentials']> = access.credentials) =>
    runAsProcess({
      file: CLI,
      args: ['doctor', ...args],
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        AWS_ENDPOINT_URL: moto.url,
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
        ...(credentials.accessKeyId !== undefined && {
          AWS_ACCESS_KEY_ID: credentials.accessKeyId,
          AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
          AWS_SESSION_TOKEN: credentials.sessionToken,
        }),
      },
    });

  test('exits 0 without a problem, with a report that has no colour when it is piped', () => {
    const { status, stdout, stderr } = doctor(['--environment', 'main']);

    expect([status, stderr], stdout).toEqual([0, '']);
    expect(stdout).toContain('✓ Stack');
    expect(stdout).toContain('not deployed yet');
    expect(stdout).not.toContain('\u001b[');
  });

  test('exits 1 with a problem, also as JSON', () => {
    const { status, stdout } = doctor(['--environment', 'missing', '--json']);

    expect(status, stdout).toBe(1);
    expect(JSON.parse(stdout).summary.problems).toBe(1);
  });

  test('exits 2 without credentials, and says to sign in', () => {
    const { status, stdout, stderr } = doctor(['--environment', 'main'], {});

    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Sign in first, for example: aws sso login');
    expect(stderr).not.toContain('    at ');
  });

  test.each([
    [['--environment', 'other'], 'has no environment of that name'],
    [[], "required option '--environment <NAME>' not specified"],
  ])('%j exits 2', (args, message) => {
    const { status, stderr } = doctor(args);

    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });
});
