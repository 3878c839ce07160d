/**
 * Writes what is shipped as a CycloneDX bill of materials. The same code gives the same bytes on every machine, at any time.
 * @see https://cyclonedx.org/docs/1.6/json/
 */
import { createHash } from 'node:crypto';
import type { BundledPackages, ShippedPackage } from './shipped-packages.js';

export interface Shipment {
  /** Of package.json. */
  readonly project: {
    readonly name: string;
    readonly version?: string | undefined;
    /** An SPDX identifier or expression. */
    readonly license?: string | undefined;
  };
  readonly functions: readonly {
    readonly name: string;
    readonly code: Uint8Array;
    readonly bundled: BundledPackages;
  }[];
  /** When it was made. @default - not said */
  readonly timestamp?: Date | undefined;
}

type Json = { readonly [key: string]: unknown };

export function createBillOfMaterials({ project, functions, timestamp }: Shipment): Json {
  const packages = componentsOf(functions.flatMap(({ bundled }) => bundled.packages));
  const projectRef = project.version === undefined ? project.name : `${project.name}@${project.version}`;
  const content = {
    metadata: {
      ...(timestamp && { timestamp: timestamp.toISOString() }),
      component: {
        type: 'application',
        'bom-ref': projectRef,
        name: project.name,
        version: project.version,
        licenses: licensesOf(project.license),
      },
    },
    components: [
      ...functions.map(({ name, code }) => ({
        type: 'application',
        'bom-ref': functionRef(name),
        name,
        version: project.version,
        hashes: [{ alg: 'SHA-256', content: sha256(code) }],
      })),
      ...packages.map(({ shipped }) => packageComponent(shipped)),
    ],
    dependencies: [
      { ref: projectRef, dependsOn: functions.map(({ name }) => functionRef(name)) },
      ...functions.map(({ name, bundled }) => ({
        ref: functionRef(name),
        dependsOn: bundled.roots.map((location) => purlAt(location, bundled.packages)),
      })),
      ...packages.map(({ shipped, dependsOn }) => ({ ref: purlOf(shipped), dependsOn })),
    ],
  };
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify(content))}`,
    version: 1,
    ...content,
  };
}

/** @see https://github.com/package-url/purl-spec */
export function purlOf({ name, version }: Pick<ShippedPackage, 'name' | 'version'>): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

interface Component {
  readonly shipped: ShippedPackage;
  /** Purls, sorted. */
  readonly dependsOn: readonly string[];
}

/** Two functions may import different parts of a package, and a version may be installed twice: the graph has all of it. */
function componentsOf(packages: readonly ShippedPackage[]): Component[] {
  const byPurl = new Map<string, Component>();
  for (const shipped of packages) {
    const purl = purlOf(shipped);
    const imports = shipped.imports.map((location) => purlAt(location, packages));
    const dependsOn = [...new Set([...(byPurl.get(purl)?.dependsOn ?? []), ...imports])].toSorted();
    byPurl.set(purl, { shipped, dependsOn });
  }
  return [...byPurl].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, component]) => component);
}

function packageComponent(one: ShippedPackage): Json {
  const purl = purlOf(one);
  const [group, name] = one.name.startsWith('@') ? one.name.split('/') : [undefined, one.name];
  return {
    type: 'library',
    'bom-ref': purl,
    ...(group && { group }),
    name,
    version: one.version,
    hashes: [hashOf(one.integrity)],
    licenses: licensesOf(one.license),
    purl,
  };
}

function purlAt(location: string, packages: readonly ShippedPackage[]): string {
  const found = packages.find((one) => one.location === location);
  if (found === undefined) throw new Error(`${location} is imported, and not shipped.`);
  return purlOf(found);
}

function functionRef(name: string): string {
  return `function/${name}`;
}

/** An expression is what has an operator in it. */
function licensesOf(license = ''): Json[] {
  if (license === '') return [];
  return license.includes(' ') ? [{ expression: license }] : [{ license: { id: license } }];
}

/** npm writes hashes in base 64, CycloneDX in base 16. */
function hashOf(integrity: string): Json {
  const [, algorithm, content = ''] = /^sha(512|384|256)-(\S+)/.exec(integrity) ?? [];
  if (algorithm === undefined) throw new Error(`Expected an integrity like sha512-…, got ${integrity.slice(0, 20)}`);
  return { alg: `SHA-${algorithm}`, content: Buffer.from(content, 'base64').toString('hex') };
}

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** A UUID of version 8 (RFC 9562), which is for what is derived in a way of one's own. */
function uuidOf(text: string): string {
  return sha256(text).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-8$3-8$4-$5');
}
