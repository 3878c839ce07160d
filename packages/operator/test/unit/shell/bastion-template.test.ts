import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bastionTemplate } from '../../../src/shell/bastion-template.js';

/** Runs the check that the instance makes every 15 minutes, with a program of its own for `shutdown`. */
const [, command = ''] = /ExecStart=\/bin\/bash -c '(.+)'\n/.exec(bastionTemplate()) ?? [];
const hasPgrep = spawnSync('pgrep', ['--version']).error === undefined;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bastion-'));
  writeFileSync(join(folder, 'shutdown'), `#!/bin/sh\ntouch ${folder}/stopped\n`);
  chmodSync(join(folder, 'shutdown'), 0o755);
});
afterEach(() => rmSync(folder, { recursive: true }));

const check = () => {
  const script = command.replaceAll('/run/idle', join(folder, 'idle'));
  const { status, stderr } = spawnSync('/bin/bash', ['-c', script], {
    env: { PATH: `${folder}:${process.env.PATH}` },
    encoding: 'utf8',
    // With a socket as its input, bash would run its user's own commands first.
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  expect([status, stderr]).toEqual([0, '']);
};
const isStopped = () => existsSync(join(folder, 'stopped'));

test.skipIf(!hasPgrep)('the instance stops at the second check without a session', () => {
  check();
  expect(isStopped()).toBe(false);

  check();
  expect(isStopped()).toBe(true);
});

test.skipIf(!hasPgrep)('a session keeps the instance running, and counts anew after it', async () => {
  check();
  const worker = join(folder, 'ssm-session-worker');
  copyFileSync('/bin/sleep', worker);
  chmodSync(worker, 0o755);
  const session = spawn(worker, ['60']);
  await new Promise((resolve) => session.once('spawn', resolve));
  check();
  check();
  expect(isStopped()).toBe(false);

  const ended = new Promise((resolve) => session.once('exit', resolve));
  session.kill();
  await ended;
  check();
  expect(isStopped()).toBe(false);
  check();
  expect(isStopped()).toBe(true);
});

test('the template opens no port, requires IMDSv2, encrypts the disk and has no public address unless asked for', () => {
  const template = bastionTemplate();

  expect(template).not.toMatch(/SecurityGroupIngress:\n|KeyName/);
  expect(template).toContain('HttpTokens: required');
  expect(template).toContain('Encrypted: true');
  expect(template).toMatch(/WayToSystemsManager:\n.*\n.*\n {4}Default: endpoints\n/);
  expect(template).toContain('AssociatePublicIpAddress: !If [HasPublicAddress, true, false]');
});
