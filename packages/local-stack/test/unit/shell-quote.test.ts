/** What is printed to be pasted is read by a real shell as it was meant. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findBinaries } from '../../src/postgres/binaries.js';
import { prepareDataDirectory } from '../../src/postgres/data-directory.js';
import { choosePrivileges } from '../../src/postgres/privileges.js';
import { quoteForShell } from '../../src/shell-quote.js';
import { describeStack, type RunningStack } from '../../src/summary.js';

const ODD_NAME = 'My $HOME "shop" `id` über\'s \\ !x';

let directory: string;
beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'shell-')), ODD_NAME);
  await mkdir(directory);
});
afterEach(() => rm(join(directory, '..'), { recursive: true }));

const sh = (command: string) => execFileSync('/bin/sh', ['-c', command], { encoding: 'utf8' });

test.each(['', 'a b', '$HOME', '`id`', '"', "'", "it''s", '\\', 'ü', '*', '~', 'a\nb', '!x', '-n', ODD_NAME])(
  'a shell reads %j as one word',
  (text) => {
    expect(sh(`printf '<%s>' ${quoteForShell(text)}`)).toBe(`<${text}>`);
  },
);

test('what needs no quotes has none', () => {
  expect(quoteForShell('/home/ann/shop-1/.local/ca.pem')).toBe('/home/ann/shop-1/.local/ca.pem');
});

test('the advice to move a data folder aside moves it, whatever its path', async () => {
  const data = join(directory, 'data');
  await mkdir(data);
  await writeFile(join(data, 'notes.txt'), 'mine');
  const [binaries, privileges] = await Promise.all([findBinaries(), choosePrivileges()]);

  const { fix } = await prepareDataDirectory(data, binaries, privileges).then(
    () => expect.fail('accepted'),
    (error) => error,
  );
  sh(fix.slice(fix.indexOf('mv ')));

  expect([existsSync(data), existsSync(join(`${data}.old`, 'notes.txt'))]).toEqual([false, true]);
});

describe('the commands of the summary', () => {
  const stack: RunningStack = {
    app: { users: [{ username: "o'brien $1", groups: [] }], oneLineQuery: '{ find(name: "it\'s $x") { id } }' },
    url: 'http://localhost:3000',
    access: { host: 'localhost', port: 6432, user: 'app', database: 'app' } as RunningStack['access'],
    stateDirectory: '',
    postgres: { version: '17.10' },
    functionNames: ['one'],
  };
  /** Runs a command with programs in place of the real ones that print what they are called with, a line for each. */
  const wordsOf = (name: string) => {
    const { commands } = describeStack({ ...stack, stateDirectory: directory });
    const show = `printf '%s\\n' "$@"`;
    const command = commands.find((candidate) => candidate.name === name)?.command;
    return sh(
      `npm() { for last; do :; done; echo "token:$last"; }; curl() { ${show}; }; psql() { echo "$PGPASSWORD"; ${show}; }\n${command}`,
    )
      .trim()
      .split('\n');
  };

  test('give psql the certificate of a folder with any name', () => {
    const path = join(directory, 'ca.pem').replaceAll(/['\\]/g, '\\$&');
    const [token, connection, ...more] = wordsOf('psql');

    expect([token, more]).toEqual(['token:db:token', []]);
    expect(connection).toMatch(/^host=localhost port=6432 user=app dbname=app sslmode=verify-full sslrootcert='/);
    expect(connection?.endsWith(`${path.slice(path.indexOf('My $HOME'))}'`)).toBe(true);
  });

  test('give curl the token of any user, and any query', () => {
    expect(wordsOf('GraphQL')).toEqual([
      '-s',
      'http://localhost:3000/graphql',
      '-H',
      "authorization: token:o'brien $1",
      '-d',
      JSON.stringify({ query: '{ find(name: "it\'s $x") { id } }' }),
    ]);
  });

  test('stand below few names of functions, or their number', () => {
    const addressOf = (functionNames: string[]) => describeStack({ ...stack, functionNames }).parts[1]?.address;

    expect(addressOf(['one', 'two'])).toBe('one, two');
    expect(addressOf(['one', 'two', 'three'])).toBe('3 functions');
  });
});
