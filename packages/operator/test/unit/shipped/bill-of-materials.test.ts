import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { beforeAll, expect, test } from 'vitest';
import { createBillOfMaterials, type Shipment } from '../../../src/shipped/cyclonedx.js';
import { readShipment } from '../../../src/shipped/shipment.js';
import { findLockfileFolder } from '../../../src/shipped/shipped-packages.js';
import { readSourceDate } from '../../../src/shipped/source-date.js';

const PROJECT = join(import.meta.dirname, '../../../../testing/app');
const ROOT = findLockfileFolder(PROJECT);
const SCHEMAS = fileURLToPath(
  new URL('../../../../../node_modules/@cyclonedx/cyclonedx-library/res/schema', import.meta.url),
);

let shipment: Shipment;
beforeAll(async () => {
  shipment = await readShipment(PROJECT);
});

interface Bill {
  serialNumber: string;
  metadata: { timestamp?: string };
  components: { 'bom-ref': string; type: string; purl?: string; hashes: { alg: string; content: string }[] }[];
  dependencies: { ref: string; dependsOn: string[] }[];
}

function billOf(from: Shipment): Bill {
  return createBillOfMaterials(from) as unknown as Bill;
}

const readSchema = (name: string) => JSON.parse(readFileSync(join(SCHEMAS, `${name}.SNAPSHOT.schema.json`), 'utf8'));
// The schema has keywords of its own for people, and formats that Ajv knows only by another package.
const validate = new Ajv({ strict: false, validateFormats: false })
  .addSchema(readSchema('spdx'), 'http://cyclonedx.org/schema/spdx.SNAPSHOT.schema.json')
  .addSchema(readSchema('jsf-0.82'), 'http://cyclonedx.org/schema/jsf-0.82.SNAPSHOT.schema.json')
  .addSchema(readSchema('cryptography-defs'), 'http://cyclonedx.org/schema/cryptography-defs.SNAPSHOT.schema.json')
  .compile(readSchema('bom-1.6'));

/** Checked by the schema of CycloneDX itself, and not by the code that writes it. */
function schemaProblems(bill: unknown): unknown[] {
  return validate(bill) ? [] : (validate.errors ?? []);
}

test('it is CycloneDX 1.6, as the schema has it', () => {
  expect(schemaProblems(billOf(shipment))).toEqual([]);
  expect(schemaProblems(billOf({ ...shipment, timestamp: new Date(0) }))).toEqual([]);
});

test('an app whose package.json has neither version nor licence has a valid bill of materials', () => {
  const bill = billOf({ ...shipment, project: { name: 'by-hand' } });

  expect(schemaProblems(bill)).toEqual([]);
  expect(bill.dependencies[0]?.ref).toBe('by-hand');
});

test('the schema rejects a bill with an invalid licence', () => {
  expect(schemaProblems(billOf({ ...shipment, project: { ...shipment.project, license: 'Mine' } }))).not.toEqual([]);
});

test('it names each bundle with the hash of its bytes, and each package with that of package-lock.json', () => {
  const { components } = billOf(shipment);
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));

  for (const { name, code } of shipment.functions) {
    const content = createHash('sha256').update(code).digest('hex');
    expect(components.find((one) => one['bom-ref'] === `function/${name}`)?.hashes).toEqual([
      { alg: 'SHA-256', content },
    ]);
  }
  const pg = components.find(({ purl }) => purl?.startsWith('pkg:npm/pg@'));
  const [hash] = pg?.hashes ?? [];
  expect(pg?.purl).toBe(`pkg:npm/pg@${packages['node_modules/pg'].version}`);
  expect(`sha512-${Buffer.from(hash?.content ?? '', 'hex').toString('base64')}`).toBe(
    packages['node_modules/pg'].integrity,
  );
});

test('its graph reaches every component from the project, and names no other', () => {
  const { components, dependencies } = billOf(shipment);
  const reached = new Set<string>();
  const visit = (ref: string) => {
    if (reached.has(ref)) return;
    reached.add(ref);
    const entries = dependencies.filter((one) => one.ref === ref);
    expect(entries).toHaveLength(1);
    for (const next of entries[0]?.dependsOn ?? []) visit(next);
  };

  visit(`${shipment.project.name}@${shipment.project.version}`);

  const refs = components.map((one) => one['bom-ref']);
  expect([...reached].slice(1).toSorted()).toEqual(refs.toSorted());
});

test('a version that is installed at two places is one component', () => {
  const pg = { name: 'pg', version: '1.0.0', integrity: 'sha512-AA==', license: 'MIT', hasInstallScript: false };
  const [inner, outer] = ['node_modules/a/node_modules/pg', 'node_modules/pg'];
  const packages = [
    { ...pg, location: inner, imports: [] },
    { ...pg, location: outer, imports: [inner] },
  ];
  const functions = [{ name: 'f', code: Buffer.from('x'), bundled: { roots: [inner, outer], packages } }];

  expect(billOf({ ...shipment, functions }).components.map(({ purl }) => purl)).toEqual([
    undefined,
    'pkg:npm/pg@1.0.0',
  ]);
});

test('the same code gives the same bytes', async () => {
  const again = await readShipment(PROJECT);

  expect(JSON.stringify(billOf(again))).toBe(JSON.stringify(billOf(shipment)));
});

test('the command writes it, with the time that it is given', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sbom-'));
  const path = join(folder, 'sbom.json');
  const command = ['--import', 'tsx', join(import.meta.dirname, '../../run-cli.ts'), 'sbom', '--out', path];
  const env = { ...process.env, SOURCE_DATE_EPOCH: '86400' };

  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: PROJECT, encoding: 'utf8', env });
  const bill: unknown = JSON.parse(readFileSync(path, 'utf8'));
  rmSync(folder, { recursive: true });

  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  expect(bill).toEqual(billOf({ ...shipment, timestamp: new Date(86_400_000) }));
});

test.each(['today', '-1', '1e3', '9999999999999'])('%j is no time, and nobody guesses one', (epoch) => {
  expect(() => readSourceDate(epoch)).toThrow(
    `SOURCE_DATE_EPOCH is "${epoch}"; expected seconds since 1970, or leave it out.`,
  );
});

test.each([undefined, ''])('without a time (%j) there is none', (epoch) => {
  expect(readSourceDate(epoch)).toBeUndefined();
});
