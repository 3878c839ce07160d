/** The quick check before the parser may be wrong in one direction only: it must never keep a statement from the parser. */
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { loadSqlParser, type ParseSql } from '../../../../src/rds-proxy/pinning/grammar.js';
import { mayPin } from '../../../../src/rds-proxy/pinning/may-pin.js';
import { findReasons } from '../../../../src/rds-proxy/pinning/rules.js';
import { CAUTIOUS_PIN_SETTINGS } from '../../../../src/rds-proxy/pinning/settings.js';
import { STATEMENTS } from './statements.js';

let parse: ParseSql;

beforeAll(async () => {
  parse = await loadSqlParser();
});

function pinsByGrammar(text: string): boolean {
  return findReasons(parse(text) ?? [], CAUTIOUS_PIN_SETTINGS).length > 0;
}

const gap = fc.constantFrom(' ', '\n', '\t', ' /* set */ ', ' -- listen\n', '/**/');

/** The words of the table's statements, shuffled into new texts: keywords, names, literals, operators. */
const word = fc.constantFrom(
  ...new Set(STATEMENTS.flatMap(([sql]) => sql.match(/'[^']*'|"[^"]*"|[\w.]+|[^\s\w]/g) ?? [])),
);
const shuffled = fc
  .array(fc.tuple(word, gap), { maxLength: 12 })
  .map((parts) => parts.map(([text, between]) => text + between).join(''));

/** Statements of the table in random case, with random gaps, one after the other. */
const respelt = fc
  .array(fc.tuple(fc.constantFrom(...STATEMENTS.map(([sql]) => sql)), fc.infiniteStream(fc.boolean()), gap), {
    minLength: 1,
    maxLength: 3,
  })
  .map((statements) => statements.map(([sql, upper, between]) => recase(sql, upper) + between).join('; '));

/** A call whose name is quoted and partly spelt with Unicode escapes. */
const escapedCall = fc
  .tuple(
    fc.constantFrom('nextval', 'setval', 'set_config', 'pg_advisory_lock', 'pg_try_advisory_lock_shared'),
    fc.infiniteStream(fc.constantFrom('plain', 'four', 'six')),
    fc.constantFrom('U&', 'u&'),
    fc.constantFrom('', 'pg_catalog.', 'U&"pg\\005fcatalog".'),
  )
  .map(([name, styles, prefix, schema]) => `select ${schema}${prefix}"${spellWithEscapes(name, styles)}"(1, 2, 3)`);

test('every statement of the table that pins reaches the parser', () => {
  expect(STATEMENTS.filter(([sql, kinds]) => kinds.length > 0 && !mayPin(sql))).toEqual([]);
});

test('nothing that pins by the grammar is kept from the parser', { timeout: 30_000 }, () => {
  let pinned = 0;
  const property = fc.property(fc.oneof(respelt, escapedCall, shuffled), (text) => {
    if (!pinsByGrammar(text)) return;
    pinned += 1;
    expect(mayPin(text)).toBe(true);
  });

  fc.assert(property, { numRuns: 5_000 });

  // Texts that do not parse prove nothing: enough of them must.
  expect(pinned).toBeGreaterThan(1_000);
});

test('what is most frequent in an application is spared the parser', () => {
  const frequent = [
    'BEGIN',
    'COMMIT',
    'select id, status from orders where customer_id = $1 order by id limit $2',
    'insert into orders (customer_id) values ($1) returning id',
    'select pg_is_in_recovery()',
  ];

  expect(frequent.filter(mayPin)).toEqual([]);
});

/** Not inside quotes, where case carries meaning. */
function recase(sql: string, upper: Iterator<boolean>): string {
  return sql.replace(/'[^']*'|"[^"]*"|\$\w*\$|\w/g, (part) => {
    if (part.length > 1) return part;
    return upper.next().value ? part.toUpperCase() : part.toLowerCase();
  });
}

function spellWithEscapes(name: string, styles: Iterator<string>): string {
  return [...name]
    .map((letter) => {
      const code = letter.charCodeAt(0).toString(16);
      const style = styles.next().value;
      if (style === 'four') return `\\${code.padStart(4, '0')}`;
      return style === 'six' ? `\\+${code.padStart(6, '0')}` : letter;
    })
    .join('');
}
