import { expect, test } from 'vitest';
import { withContext, withEnvironment } from '../../../src/discover/discover.js';
import { print } from '../../../src/discover/merge-into-source.js';

/** The object that a text stands for: what loading the file would give. */
const load = (text: string) =>
  new Function(`${text.replace('export const environments', 'const environments')}; return environments;`)();

const edit = (text: string, name: string, wanted: Parameters<typeof withEnvironment>[2]) =>
  withEnvironment(text, name, wanted, load(text)[name]);

const TWO = `export const environments = {
  // First.
  sandbox: {
    region: 'eu-west-1', // Ireland
    network: { kind: 'existing', vpc: { name: 'shared' } },
  },
  main: {},
};
`;

test('a value that differs is replaced, and the comment behind it stays', () => {
  expect(edit(TWO, 'sandbox', { region: 'eu-west-2' })).toBe(TWO.replace("'eu-west-1',", "'eu-west-2',"));
});

test('what the environment says already changes nothing, not even a byte', () => {
  expect(edit(TWO, 'sandbox', { region: 'eu-west-1', network: { vpc: { name: 'shared' } } })).toBe(TWO);
});

test('a VPC by id takes the place of one by name: only one of them can stand there', () => {
  const merged = edit(TWO, 'sandbox', { network: { kind: 'existing', vpc: { id: 'vpc-1' } } });

  expect(load(merged).sandbox.network).toEqual({ kind: 'existing', vpc: { id: 'vpc-1' } });
});

test('an object of another kind is replaced as a whole, one of the same kind keeps its other properties', () => {
  const other = edit(TWO, 'sandbox', { network: { kind: 'new' } });
  const same = edit(TWO, 'sandbox', { network: { kind: 'existing', subnets: { type: 'isolated' } } });

  expect(load(other).sandbox.network).toEqual({ kind: 'new' });
  expect(load(same).sandbox.network).toEqual({
    kind: 'existing',
    vpc: { name: 'shared' },
    subnets: { type: 'isolated' },
  });
});

test('a property that is not to be there is removed', () => {
  const merged = edit(TWO, 'sandbox', { region: undefined });

  expect(load(merged).sandbox).toEqual({ network: { kind: 'existing', vpc: { name: 'shared' } } });
  expect(merged).toContain('// First.');
});

test('an environment that is new stands behind the others, with a quoted name where it needs one', () => {
  const merged = edit(TWO, 'feature/*', { account: '1', network: { kind: 'new' } });

  expect(load(merged)).toMatchObject({ ...load(TWO), 'feature/*': { account: '1', network: { kind: 'new' } } });
});

test('what a spread brings is kept where it agrees, and overridden where it differs', () => {
  const text = `const shared = { account: '1', network: { kind: 'existing', subnets: { type: 'isolated' } } };
export const environments = {
  main: { ...shared, limits: { reservedConcurrency: 5 } },
};
`;
  expect(edit(text, 'main', { account: '1' })).toBe(text);

  const merged = edit(text, 'main', { network: { kind: 'existing', vpc: { id: 'vpc-1' } } });

  expect(load(merged).main).toEqual({
    account: '1',
    limits: { reservedConcurrency: 5 },
    network: { kind: 'existing', subnets: { type: 'isolated' }, vpc: { id: 'vpc-1' } },
  });
  expect(merged).toContain("const shared = { account: '1'");
});

test('an environment that is no literal is refused, and so is a file without environments', () => {
  expect(() => edit('const one = {}; export const environments = { main: one };', 'main', { region: 'x' })).toThrow(
    'is not written as a literal',
  );
  expect(() => withEnvironment('export default {};', 'main', { region: 'x' }, undefined)).toThrow(
    "has no `export const environments = { … }`, so it was not edited. Add:\n\nmain: { region: 'x' },",
  );
});

test.each([
  ['{}\n', '{\n  "key": { "vpcId": "vpc-1" }\n}\n'],
  ['{ "a": 1 }', '{\n  "a": 1,\n  "key": { "vpcId": "vpc-1" }\n}'],
  ['{\n  "key": { "vpcId": "vpc-0" },\n  "b": [1]\n}\n', '{\n  "key": { "vpcId": "vpc-1" },\n  "b": [1]\n}\n'],
])('the lookup is cached in %j', (text, expected) => {
  const merged = withContext(text, 'key', { vpcId: 'vpc-1' });

  expect(merged).toBe(expected);
  expect(withContext(merged, 'key', { vpcId: 'vpc-1' })).toBe(merged);
});

test('a cdk.context.json that is no JSON is refused', () => {
  expect(() => withContext('{', 'key', {})).toThrow('cdk.context.json is no JSON');
});

test('a text with quotes is printed as TypeScript reads it', () => {
  const value = { a: `it's "so" \\ ${'x'.repeat(90)}`, b: [] };

  expect(new Function(`return ${print(value)}`)()).toEqual(value);
});
