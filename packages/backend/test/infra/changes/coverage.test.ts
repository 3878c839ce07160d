import { expect, test } from 'vitest';
import { z } from 'zod/v4';
import { type Environment, environmentSchema } from '../../../src/configuration/environment.js';
import type { Change } from './change.js';
import { changes } from './changes.js';
import { shapes } from './shapes.js';

/** A part of the environment's JSON schema. */
interface Part {
  readonly properties?: Readonly<Record<string, Part>>;
  readonly items?: Part;
  readonly additionalProperties?: Part | false;
  readonly anyOf?: readonly Part[];
}

const below = (path: string, field: string) => (path === '' ? field : `${path}.${field}`);

/** Every field that holds a value, once, with `*` for a position in a list or a key of a record. */
function valuePaths({ properties, items, additionalProperties, anyOf }: Part, path = ''): string[] {
  const parts = [
    ...Object.entries(properties ?? {}).flatMap(([field, part]) => valuePaths(part, below(path, field))),
    ...[items, additionalProperties].flatMap((part) => (part ? valuePaths(part, below(path, '*')) : [])),
    ...(anyOf ?? []).flatMap((part) => valuePaths(part, path)),
  ];
  return parts.length > 0 ? [...new Set(parts)] : [path];
}

const VALUES = valuePaths(z.toJSONSchema(environmentSchema) as Part);
const isRecord = (path: string) => VALUES.includes(`${path}.*`);

/** All values of an environment, by those paths. */
function valuesOf(value: unknown, path = ''): [path: string, value: unknown][] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap((item) => valuesOf(item, below(path, '*')));
  if (typeof value !== 'object' || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([field, part]) => valuesOf(part, below(path, isRecord(path) ? '*' : field)));
}

/** The paths of which a change alters the value, in any shape. */
function alteredBy({ before, apply }: Change): Set<string> {
  const altered = shapes.flatMap(({ environment }) => {
    const former = before === undefined ? environment : before(environment);
    const changed = former && apply(former);
    return former && changed ? differences(former, changed) : [];
  });
  return new Set(altered);
}

function differences(former: Environment, changed: Environment): string[] {
  const [one, other] = [valuesOf(former), valuesOf(changed)];
  const at = (values: typeof one, path: string) =>
    JSON.stringify(values.filter(([found]) => found === path).map(([, value]) => value));
  return [...new Set([...one, ...other].map(([path]) => path))].filter((path) => at(one, path) !== at(other, path));
}

const isWithin = (path: string, field: string) => path === field || path.startsWith(`${field}.`);
const CHANGED = changes.map(({ field, ...change }) => ({ field, altered: alteredBy({ field, ...change }) }));

test('every field that an environment can have is changed by the matrix of a second deployment', () => {
  const missing = VALUES.filter(
    (path) => !CHANGED.some(({ field, altered }) => isWithin(path, field) && altered.has(path)),
  );

  expect(VALUES.length).toBeGreaterThan(60);
  expect(missing, 'fields without a change: add one in this folder, and generate the page').toEqual([]);
});

test('every change of the matrix names a field that exists, and alters it in a shape', () => {
  const unfounded = CHANGED.filter(({ field, altered }) => ![...altered].some((path) => isWithin(path, field)));

  expect(unfounded.map(({ field }) => field)).toEqual([]);
  expect(CHANGED.filter(({ field }) => !VALUES.some((path) => isWithin(path, field)))).toEqual([]);
});

test('a change alters its field and no other, but for what a kind brings with it', () => {
  const reach = (field: string) => field.replace(/\.(kind|id|name|tags|type|subnetGroupName|ids)$/, '');
  const others = CHANGED.flatMap(({ field, altered }) =>
    [...altered].filter((path) => !isWithin(path, reach(field))).map((path) => `${field}: ${path}`),
  );

  expect(others).toEqual([]);
});
