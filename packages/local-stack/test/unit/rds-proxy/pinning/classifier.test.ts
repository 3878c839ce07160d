import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadPinClassifier, type PinClassifier } from '../../../../src/rds-proxy/pinning/classifier.js';
import { CAUTIOUS_PIN_SETTINGS } from '../../../../src/rds-proxy/pinning/settings.js';
import { STATEMENTS, type StatementCase } from './statements.js';

let cautious: PinClassifier;

beforeAll(async () => {
  cautious = await loadPinClassifier(CAUTIOUS_PIN_SETTINGS);
});

function kindsOf(classifier: PinClassifier, text: string, statementName?: string): string[] {
  return classifier.find(text, statementName).map(({ kind }) => kind);
}

describe('the table of statements', () => {
  test.each(STATEMENTS)('%s: %j', (sql, kinds) => {
    expect(kindsOf(cautious, sql).toSorted()).toEqual(kinds);
  });

  test('holds at least 60 statements, each once', () => {
    expect(STATEMENTS.length).toBeGreaterThanOrEqual(60);
    expect(new Set(STATEMENTS.map(([sql]) => sql)).size).toBe(STATEMENTS.length);
  });

  test('is the one that packages/local-stack/docs/pinning.md shows', () => {
    const document = readFileSync(join(import.meta.dirname, '../../../../docs/pinning.md'), 'utf8');

    const [, table = ''] = document.split('## Statement by statement');
    const rows = table.split('\n').filter((line) => line.startsWith('| `'));

    expect(rows).toEqual(STATEMENTS.filter(([sql]) => sql !== '').map(renderRow));
  });
});

describe('a text of more than 16 KB', () => {
  const textOf = (lengthBytes: number, filling: string) => {
    const rest = lengthBytes - Buffer.byteLength("SELECT ''");
    return `SELECT '${filling.repeat(rest / Buffer.byteLength(filling))}'`;
  };

  test('pins, and one of exactly 16,384 bytes does not', () => {
    expect(kindsOf(cautious, textOf(16_384, 'x'))).toEqual([]);
    expect(kindsOf(cautious, textOf(16_385, 'x'))).toEqual(['longText']);
  });

  test('is measured in bytes, not in characters', () => {
    const text = textOf(16_385, 'äöüß');

    expect(text.length).toBeLessThan(9_000);
    expect(kindsOf(cautious, text)).toEqual(['longText']);
  });

  test('pins even if it does not parse', () => {
    expect(kindsOf(cautious, '('.repeat(20_000))).toEqual(['longText']);
  });
});

describe('the settings', () => {
  const local = ["SET LOCAL work_mem = '1MB'", 'SET TRANSACTION READ ONLY', 'SET CONSTRAINTS ALL DEFERRED'];

  test('setLocalPins decides about what ends with the transaction, and nothing else', async () => {
    const lenient = await loadPinClassifier({ ...CAUTIOUS_PIN_SETTINGS, setLocalPins: false });

    expect(local.map((text) => kindsOf(lenient, text))).toEqual([[], [], []]);
    expect(kindsOf(lenient, 'SET work_mem = 64')).toEqual(['set']);
    expect(kindsOf(lenient, "SELECT set_config('a.b', 'c', true)")).toEqual(['setConfigLocal']);
  });

  test('setConfigLocalPins decides about set_config(…, true), and nothing else', async () => {
    const lenient = await loadPinClassifier({ ...CAUTIOUS_PIN_SETTINGS, setConfigLocalPins: false });

    expect(kindsOf(lenient, "SELECT set_config('a.b', 'c', true)")).toEqual([]);
    expect(kindsOf(lenient, "SELECT set_config('a.b', 'c', false)")).toEqual(['setConfig']);
    expect(local.flatMap((text) => kindsOf(lenient, text))).toEqual(['setLocal', 'setLocal', 'setLocal']);
  });

  test('namedStatementsPin decides about statements with a name, and nothing else', async () => {
    const lenient = await loadPinClassifier({ ...CAUTIOUS_PIN_SETTINGS, namedStatementsPin: false });

    expect(kindsOf(cautious, 'SELECT 1', 'find')).toEqual(['namedStatement']);
    expect(kindsOf(cautious, 'SET x.y = 1', 'find')).toEqual(['namedStatement', 'set']);
    expect(kindsOf(cautious, 'SELECT 1', '')).toEqual([]);
    expect(kindsOf(lenient, 'SELECT 1', 'find')).toEqual([]);
    expect(kindsOf(lenient, 'SET x.y = 1', 'find')).toEqual(['set']);
  });
});

test('a reason names what pins, without its values, and says what to do instead', () => {
  const [reason, ...more] = cautious.find("SET app.password = 'hunter2'");

  expect(more).toEqual([]);
  expect(reason).toEqual({
    kind: 'set',
    construct: 'SET app.password',
    reason: "SQL changed session settings that the proxy doesn't track.",
    fix: expect.stringContaining('alter role'),
  });
});

test('expressions thousands of levels deep are read to their end', () => {
  const nested = `SELECT ${'not '.repeat(3_000)} pg_try_advisory_lock(1)`;

  expect(kindsOf(cautious, nested)).toEqual(['advisoryLock']);
  expect(kindsOf(cautious, 'SET x.y = 1')).toEqual(['set']);
});

test('a zero byte, which the server refuses, does not disturb the parser', () => {
  expect(kindsOf(cautious, 'SET x.y = 1\0; LISTEN orders')).toEqual([]);
  expect(kindsOf(cautious, 'SET x.y = 1')).toEqual(['set']);
});

test('gives the same answer again after more texts than it remembers', () => {
  for (let index = 0; index < 1_500; index += 1) cautious.find(`UPDATE t_${index} SET n = 1`);

  expect(kindsOf(cautious, 'UPDATE t_0 SET n = 1')).toEqual([]);
  expect(kindsOf(cautious, 'LISTEN orders')).toEqual(['listen']);
});

function renderRow([sql, kinds, why]: StatementCase): string {
  return `| \`${sql}\` | ${kinds.length > 0 ? `pinned: ${kinds.join(', ')}` : 'not pinned'} | ${why} |`;
}
