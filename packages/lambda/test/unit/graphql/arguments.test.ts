import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assertStorableText } from '../../../src/graphql/arguments.js';
import { InvalidInputError } from '../../../src/graphql/client-error.js';

function fieldsOf(args: unknown): string[] {
  try {
    assertStorableText(args);
  } catch (error) {
    if (error instanceof InvalidInputError) return error.problems.map(({ field }) => field);
    throw error;
  }
  return [];
}

const text = fc.string({ unit: 'grapheme' });
const { value: nested } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.constantFrom(null, 1, true),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, tie('value'), { maxKeys: 4 }),
  ),
}));

test('arguments of well-formed text without U+0000 pass, at any depth', () => {
  fc.assert(
    fc.property(nested, (value) => {
      expect(fieldsOf({ value })).toEqual([]);
    }),
  );
});

test('every text that PostgreSQL cannot store is named by its path, and each at once', () => {
  const args = {
    note: 'a\ud800b',
    fine: '😀',
    lines: [{ sku: 'TEA' }, { sku: 'a\0b', tags: ['x', '\udc00'] }],
    json: { deep: { 'a\ud800': 1, b: ['\ud83d'] } },
  };

  expect(fieldsOf(args)).toEqual(['note', 'lines[1].sku', 'json.deep.a\ufffd', 'lines[1].tags[1]', 'json.deep.b[0]']);
});

test.each([undefined, null, 7, 'text', [], {}])('arguments that are %j pass', (args) => {
  expect(fieldsOf(args)).toEqual([]);
});

test('of a hundred thousand texts and of long paths the response has few and short ones', () => {
  const key = 'k'.repeat(100_000);
  const fields = fieldsOf({ [key]: Array.from({ length: 100_000 }, () => '\0') });

  expect(fields).toHaveLength(20);
  expect(JSON.stringify(fields).length).toBeLessThan(5_000);
});

test('a hundred thousand lists within each other are read to the innermost', () => {
  let value: unknown = '\0';
  for (let depth = 0; depth < 100_000; depth += 1) value = [value];

  expect(fieldsOf({ value })).toEqual([expect.stringMatching(/^value\[0\]\[0\]/)]);
});
