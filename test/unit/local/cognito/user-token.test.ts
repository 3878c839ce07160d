import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalUserPool, loadOrCreateUserPool } from '../../../../src/local/cognito/user-pool.js';

const SCRIPT = join(import.meta.dirname, '../../../../src/local/cognito/user-token.ts');
const TSX = import.meta.resolve('tsx');

let project: string;
let userPool: LocalUserPool;

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'user-token-'));
  userPool = await loadOrCreateUserPool(join(project, '.local'));
});

afterAll(() => rm(project, { recursive: true }));

describe('npm run user:token', () => {
  it('prints a token that the local stack accepts, and nothing else', async () => {
    const { stdout, exitCode } = await userToken(['--user', 'carol', '--group', 'admins', '--group', 'auditors']);

    const identity = await userPool.verifyToken(stdout.replace(/\n$/, ''));
    expect(identity).toMatchObject({ username: 'carol', groups: ['admins', 'auditors'] });
    expect(exitCode).toBe(0);
  });

  it('prints an expired token when asked for one', async () => {
    const { stdout } = await userToken(['--user', 'alice', '--expires-in-seconds=-60']);

    await expect(userPool.verifyToken(stdout.trim())).rejects.toThrow(/"exp" claim/);
  });

  it('says how to get a pool where there is none, and makes none', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'user-token-empty-'));

    const { stdout, stderr, exitCode } = await userToken(['--user', 'alice'], empty);

    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
    expect(stderr).toMatch(/Run `npm start` first/);
    expect(await readdir(empty)).toEqual([]);
    await rm(empty, { recursive: true });
  });

  it.each([
    [[], /--user is missing/],
    [['--user', 'alice', '--expires-in-seconds', 'soon'], /whole number; it is "soon"/],
    [['--usr', 'alice'], /Unknown option '--usr'/],
  ])('refuses %j with one clear line and the fix', async (options, message) => {
    const { stdout, stderr, exitCode } = await userToken(options);

    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(2);
  });

  it('explains itself', async () => {
    const { stdout, exitCode } = await userToken(['--help']);

    expect(stdout).toMatch(/--user NAME[\s\S]*--group NAME[\s\S]*--expires-in-seconds N/);
    expect(exitCode).toBe(0);
  });
});

function userToken(options: string[], cwd = project): Promise<{ stdout: string; stderr: string; exitCode: number }> {
  return new Promise((resolve) => {
    const command = execFile(process.execPath, ['--import', TSX, SCRIPT, ...options], { cwd }, (_, stdout, stderr) =>
      resolve({ stdout, stderr, exitCode: command.exitCode ?? -1 }),
    );
  });
}
