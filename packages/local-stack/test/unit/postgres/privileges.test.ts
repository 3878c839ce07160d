import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { choosePrivileges } from '../../../src/postgres/privileges.js';

test('an ordinary user runs PostgreSQL as themselves', async () => {
  const privileges = await choosePrivileges({ userId: 1000 });

  expect(privileges.kind).toBe('own-user');
  expect(privileges.wrap({ file: 'postgres', arguments: ['-V'] })).toEqual({ file: 'postgres', arguments: ['-V'] });
});

test('root for whom nothing works is asked to be an ordinary user', async () => {
  await expect(choosePrivileges({ userId: 0, workarounds: [] })).rejects.toMatchObject({
    name: 'LocalStackError',
    message: expect.stringContaining('refuses to run as root'),
    fix: 'Run npm start as an ordinary user.',
  });
});

test('a folder of another user is refused, with who owns it', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'privileges-'));
  const stranger = await choosePrivileges({ userId: (process.getuid?.() ?? 0) + 4711 });

  const refused = stranger.takeOwnership(directory);

  await expect(refused).rejects.toMatchObject({
    message: expect.stringContaining(`${directory} belongs to another user (id ${process.getuid?.()})`),
    fix: expect.stringContaining(`mv ${directory} ${directory}.old`),
  });
  await rm(directory, { recursive: true });
});
