/**
 * Adds the part of the Reflect metadata proposal that @peculiar/x509 asks for and JavaScript lacks: three functions over a
 * WeakMap, in place of one more dependency. Leaves an implementation that is there alone.
 * @see https://github.com/microsoft/reflect-metadata
 */

type Metadata = Map<unknown, unknown>;

interface MetadataReflection {
  defineMetadata?: (key: unknown, value: unknown, target: object) => void;
  getOwnMetadata?: (key: unknown, target: object) => unknown;
  getMetadata?: (key: unknown, target: object) => unknown;
}

const metadataOf = new WeakMap<object, Metadata>();

function defineMetadata(key: unknown, value: unknown, target: object): void {
  const metadata = metadataOf.get(target) ?? new Map<unknown, unknown>();
  metadataOf.set(target, metadata.set(key, value));
}

function getOwnMetadata(key: unknown, target: object): unknown {
  return metadataOf.get(target)?.get(key);
}

/** As getOwnMetadata, but a class inherits what its base class was given. */
function getMetadata(key: unknown, target: object): unknown {
  for (let owner: object | null = target; owner !== null; owner = Object.getPrototypeOf(owner)) {
    if (metadataOf.get(owner)?.has(key)) return getOwnMetadata(key, owner);
  }
  return undefined;
}

const reflection = Reflect as MetadataReflection;
if (reflection.getMetadata === undefined) {
  Object.assign(reflection, { defineMetadata, getOwnMetadata, getMetadata });
}
