import { expect, test } from 'vitest';
import {
  addElement,
  addImport,
  addProperty,
  findListArgument,
  findObject,
  removeElement,
  removeImport,
  removeProperty,
} from '../../../src/generate/edit-source.js';

const objectIn = (text: string) => findObject(text, 'list') ?? expect.fail('no object');
const listIn = (text: string) => findListArgument(text, 'combine') ?? expect.fail('no list');

const LIST = `// What is here.
export const list = {
  /** The first. */
  'a-b': 1, // one
  // The second.
  c: { d: 2 },

  // Nothing more.
} satisfies Things;
`;

test('a property is added behind the last one, and nothing else changes', () => {
  expect(addProperty(LIST, objectIn(LIST), 'e: 3')).toBe(LIST.replace('  c: { d: 2 },\n', '  c: { d: 2 },\n  e: 3,\n'));
});

test.each([
  ['const list = {};', 'const list = {\n  e: 3,\n};'],
  ['const list = a.schema({ b: 1 });', 'const list = a.schema({\n  b: 1,\n  e: 3,\n});'],
  ['const list = {\n  b: 1 // one\n};', 'const list = {\n  b: 1, // one\n  e: 3,\n};'],
])('a property is added to %j', (text, expected) => {
  expect(addProperty(text, objectIn(text), 'e: 3')).toBe(expected);
});

test('a property of several lines is indented, behind an empty line', () => {
  const text = 'const list = {\n  b: 1,\n};';

  expect(addProperty(text, objectIn(text), 'e: f\n  .g()')).toBe('const list = {\n  b: 1,\n\n  e: f\n    .g(),\n};');
});

test('a property is removed with the comments that belong to it, and those of others stay', () => {
  expect(removeProperty(LIST, objectIn(LIST), 'c')).toBe(LIST.replace('  // The second.\n  c: { d: 2 },\n', ''));
  expect(removeProperty(LIST, objectIn(LIST), 'a-b')).toBe(
    LIST.replace("  /** The first. */\n  'a-b': 1, // one\n", ''),
  );
});

test('what is added and removed again leaves the file as it was', () => {
  const added = addProperty(LIST, objectIn(LIST), '...e');

  expect(added).not.toBe(LIST);
  expect(removeProperty(added, objectIn(added), '...e')).toBe(LIST);
});

test('the last property leaves an empty object', () => {
  expect(removeProperty('const list = {\n  b: 1,\n};', objectIn('const list = {\n  b: 1,\n};'), 'b')).toBe(
    'const list = {};',
  );
});

const IMPORTS = `/** About the file. */
import { join } from 'node:path';
import { a } from '@aws-amplify/data-schema';
import { c } from '../../src/c/schema.js';
import { z } from './z.js';

export const x = 1;
`;

test.each([
  ['@vpc-postgres/backend', "'@aws-amplify/data-schema';\n"],
  ['../../src/b/schema.js', "'@aws-amplify/data-schema';\n"],
  ['../../src/d/schema.js', "'../../src/c/schema.js';\n"],
  ['./a.js', "'../../src/c/schema.js';\n"],
])('the import of %s stands where it is sorted', (specifier, before) => {
  const added = addImport(IMPORTS, 'n', specifier);

  expect(added).toBe(IMPORTS.replace(before, `${before}import { n } from '${specifier}';\n`));
  expect(removeImport(added, specifier)).toBe(IMPORTS);
});

test('the first import stands below the comment about the file', () => {
  expect(addImport('/** About. */\nexport const x = 1;\n', 'n', './n.js')).toBe(
    "/** About. */\nimport { n } from './n.js';\nexport const x = 1;\n",
  );
});

test('an element is added to a list on one line, and to one of several lines when it is too long', () => {
  const text = 'const x = {\n  ...combine([a]),\n};';
  const long = 'b'.repeat(100);

  expect(addElement(text, listIn(text), 'b')).toBe('const x = {\n  ...combine([a, b]),\n};');
  expect(addElement(text, listIn(text), long)).toBe('const x = {\n  ...combine([a, '.concat(long, ']),\n};'));
  const longer = addElement(text, listIn(text), `${long}bbb`);
  expect(longer).toBe(`const x = {\n  ...combine([\n    a,\n    ${long}bbb,\n  ]),\n};`);
  expect(removeElement(longer, listIn(longer), `${long}bbb`)).toBe(text);
  expect(removeElement(text, listIn(text), 'a')).toBe('const x = {\n  ...combine([]),\n};');
});

test('a file that is written in another way is recognized as such', () => {
  expect(findObject('export const list = make();', 'list')).toBeUndefined();
  expect(findObject('export default {};', 'list')).toBeUndefined();
  expect(findListArgument('combine(all);', 'combine')).toBeUndefined();
});

test('the empty line behind a first property that is removed goes with it', () => {
  const text = 'const list = {\n  ...a,\n\n  b: 1,\n};\n';

  expect(removeProperty(text, objectIn(text), '...a')).toBe('const list = {\n  b: 1,\n};\n');
});
