import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BOTH_WAYS, runHere } from '@vpc-postgres/testing/support/command-line.js';
import { sample } from '@vpc-postgres/testing/support/exhaustive.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalUserPool, loadOrCreateUserPool, seedUsers, subOf } from '../../../src/cognito/user-pool.js';

const SCRIPT = join(import.meta.dirname, '../../../src/cognito/user-token.ts');

let project: string;
let userPool: LocalUserPool;

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'user-token-'));
  userPool = await loadOrCreateUserPool(join(project, '.local'));
  await seedUsers(userPool, [{ username: 'carol', groups: ['admins'] }]);
});

afterAll(() => rm(project, { recursive: true }));

describe('npm run user:token', () => {
  it.each(BOTH_WAYS)('prints a token that the local stack accepts, and nothing else, %s', async (_, run) => {
    const args = ['--user', 'carol', '--group', 'admins', '--group', 'auditors'];
    const { status, stdout } = await run({ file: SCRIPT, args, cwd: project });

    const identity = await userPool.verifyToken(stdout.replace(/\n$/, ''));
    expect(identity).toMatchObject({ username: 'carol', groups: ['admins', 'auditors'] });
    expect(status).toBe(0);
  });

  it('finds a user of the pool by the email address too, with the groups that the user is in', async () => {
    const { stdout } = await userToken(['--user', 'Carol@example.com']);

    const identity = await userPool.verifyToken(stdout.trim());
    expect(identity).toMatchObject({ username: 'carol', sub: subOf('carol'), groups: ['admins'] });
  });

  it('prints an expired token when asked for one', async () => {
    const { stdout } = await userToken(['--user', 'alice', '--expires-in-seconds=-60']);

    await expect(userPool.verifyToken(stdout.trim())).rejects.toThrow(/"exp" claim/);
  });

  it.each(sample(BOTH_WAYS, 2))('says how to get a pool where there is none, and makes none, %s', async (_, run) => {
    const empty = await mkdtemp(join(tmpdir(), 'user-token-empty-'));

    const { status, stdout, stderr } = await run({ file: SCRIPT, args: ['--user', 'alice'], cwd: empty });

    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/Run `npm start` first/);
    expect(await readdir(empty)).toEqual([]);
    await rm(empty, { recursive: true });
  });

  it.each([
    [[], /--user is missing/],
    [['--user', 'alice', '--expires-in-seconds', 'soon'], /whole number; it is "soon"/],
    [['--usr', 'alice'], /Unknown option '--usr'/],
  ])('refuses %j with one clear line and the fix', async (options, message) => {
    const { status, stdout, stderr } = await userToken(options);

    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(2);
  });

  it('explains itself', async () => {
    const { status, stdout } = await userToken(['--help']);

    expect(stdout).toMatch(/--user NAME[\s\S]*--group NAME[\s\S]*--expires-in-seconds N/);
    expect(status).toBe(0);
  });
});

const userToken = (args: string[]) => runHere({ file: SCRIPT, args, cwd: project });
