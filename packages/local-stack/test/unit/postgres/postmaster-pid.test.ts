import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findPostmaster } from '../../../src/postgres/postmaster-pid.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'postmaster-'));
});
afterEach(() => rm(directory, { recursive: true }));

const writePid = (content: string) => writeFile(join(directory, 'postmaster.pid'), content);

test('no file means that PostgreSQL was stopped in order', async () => {
  expect(await findPostmaster(directory)).toEqual({ state: 'absent' });
});

test('a process that has ended is gone', async () => {
  await writePid(`${spawnSync('true').pid}\n${directory}\n`);

  expect(await findPostmaster(directory)).toEqual({ state: 'gone' });
});

test.each(['', '\n', 'postgres'])('a file that holds no number is damaged: %j', async (content) => {
  await writePid(content);

  expect(await findPostmaster(directory)).toEqual({ state: 'damaged' });
});

test('a process that is another program has replaced PostgreSQL', async () => {
  await writePid(`${process.pid}\n${directory}\n`);

  expect(await findPostmaster(directory)).toEqual({ state: 'replaced', processId: process.pid });
});
