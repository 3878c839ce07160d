import { readFileSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildShippedFunctions, type ShippedFunction } from '../../../src/shipped/shipped-functions.js';
import {
  type BundledPackages,
  findLockfileFolder,
  readBundledPackages,
} from '../../../src/shipped/shipped-packages.js';

/** What a reviewer would look for in the code that runs beside the database. */
const PROJECT = join(import.meta.dirname, '../../../../testing/app');
const ROOT = findLockfileFolder(PROJECT);

/** A new name here is new code in the VPC: who wrote it, under which licence, and can it be done without? */
const PG = [
  'pg',
  'pg-cloudflare',
  'pg-connection-string',
  'pg-int8',
  'pg-pool',
  'pg-protocol',
  'pg-types',
  'pgpass',
  'postgres-array',
  'postgres-bytea',
  'postgres-date',
  'postgres-interval',
  'split2',
  'xtend',
];
/** What Amplify puts in front of each of its functions. */
const AMPLIFY_SHIM = '@aws-amplify/backend-function';
const LICENCES = ['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0'];
const MAX_BUNDLE_BYTES = 160_000;
/** Of Lambda's own Node.js runtime. The shim loads it when the function has an Amplify secret, and it has none. */
const OF_THE_RUNTIME = '@aws-sdk/client-ssm';
/** pg asks for it, and does without it. */
const OPTIONAL = ['pg-native'];

let functions: (ShippedFunction & { bundled: BundledPackages; text: string })[];
beforeAll(async () => {
  functions = (await buildShippedFunctions(PROJECT)).map((one) => ({
    ...one,
    bundled: readBundledPackages(ROOT, one.metafile),
    text: Buffer.from(one.code).toString('utf8'),
  }));
});

const NAMES = ['bootstrap', 'bootstrap-secrets', 'migrations', 'orders-api'] as const;

test('there are the function that serves and those that work during a deployment', () => {
  expect(functions.map(({ name }) => name)).toEqual(NAMES);
});

describe.each(NAMES)('the bundle of %s', (name) => {
  const find = () => {
    const found = functions.find((one) => one.name === name);
    if (found === undefined) throw new Error(`There is no function ${name}.`);
    return found;
  };

  test('has the bytes of pg and what it is made of, and of no other package', () => {
    const expected = { 'bootstrap-secrets': [], 'orders-api': [AMPLIFY_SHIM, ...PG], bootstrap: PG, migrations: PG }[
      name
    ];

    expect(
      find()
        .bundled.packages.map((one) => one.name)
        .toSorted(),
    ).toEqual(expected.toSorted());
  });

  test('has only packages that package-lock.json pins by hash, that run nothing when installed', () => {
    const { packages } = find().bundled;

    expect(packages.filter(({ integrity }) => !/^sha512-[\w+/]{86}==$/.test(integrity))).toEqual([]);
    expect(packages.filter(({ hasInstallScript }) => hasInstallScript)).toEqual([]);
  });

  test('has only packages under licences that ask for no more than a notice', () => {
    expect(find().bundled.packages.filter(({ license }) => !LICENCES.includes(license))).toEqual([]);
  });

  test('is 160 kB at most', () => {
    expect(find().code.length).toBeLessThanOrEqual(MAX_BUNDLE_BYTES);
  });

  test('loads nothing but Node.js, and turns no text into code', () => {
    const { metafile, text } = find();
    const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
    const strangers = imports.filter(({ path }) => !path.startsWith('node:') && !isBuiltinName(path));
    const allowed = [...OPTIONAL, ...(name === 'orders-api' ? [OF_THE_RUNTIME] : [])];

    expect([...new Set(strangers.map(({ path }) => path))].filter((path) => !allowed.includes(path))).toEqual([]);
    expect([...text.matchAll(/\bimport\((?!["'])[^)]*\)/g)].map(([found]) => found)).toEqual([]);
    expect([...text.matchAll(/\beval\s*\(|\bnew Function\s*\(/g)].map(([found]) => found)).toEqual([]);
  });

  test('tells nothing of the machine that built it, of an AWS account, or of a secret', () => {
    const { text } = find();

    for (const mark of [ROOT, homedir(), ...(hostname().length > 8 ? [hostname()] : [])]) {
      expect(text.includes(mark) ? mark : '').toBe('');
    }
    expect(text).not.toMatch(/\b(?:AKIA|ASIA)[A-Z2-7]{16}\b|-----BEGIN|\barn:aws[\w-]*:[\w-]+:[\w-]*:\d{12}:/);
    expect(text).not.toMatch(/sourceMappingURL=(?!index\.mjs\.map\b)/);
  });
});

test('a package that is installed otherwise than package-lock.json says is not listed, but refused', () => {
  const [serving] = functions.filter(({ name }) => name === 'orders-api');
  const text = JSON.stringify(serving?.metafile).replaceAll('node_modules/split2/', 'node_modules/xtend-2/');

  expect(() => readBundledPackages(ROOT, JSON.parse(text))).toThrow(
    'node_modules/xtend-2 is in a bundle, and package-lock.json has no hash of it.\nInstall what package-lock.json says: npm ci',
  );
});

test('the lockfile names no registry, so that no build can be sent to another by it', () => {
  expect(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).not.toMatch(/"resolved": "(?!packages\/|site")/);
});

function isBuiltinName(path: string): boolean {
  return /^(util(\/types)?|crypto|fs|dns|events|net|tls|stream|string_decoder|path|url|os)$/.test(path);
}
