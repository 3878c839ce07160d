/** The secrets that a local stack keeps in its state folder: keys of each role, of the user pool, and of the server's certificate. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KnownSecrets } from './search.js';

const SECRET_FIELDS = ['secretAccessKey', 'sessionToken', 'apiKey', 'identityPoolSecret', 'd', 'p', 'q'];
const PEM_LINE = /^[\w+/]{60,}$/;

export function readStateSecrets(stateDirectory: string): KnownSecrets {
  const names = readdirSync(stateDirectory, { withFileTypes: true }).flatMap((one) => (one.isFile() ? [one.name] : []));
  return Object.fromEntries(
    names.flatMap((name) => secretsOfFile(name, readFileSync(join(stateDirectory, name), 'utf8'))),
  );
}

function secretsOfFile(name: string, text: string): [kind: string, value: string][] {
  if (name.endsWith('.json')) return secretFields(JSON.parse(text), name);
  // Of a key, one line of its middle: a log can wrap the lines in its own way.
  const key = /-----BEGIN [A-Z ]*PRIVATE KEY-----([\s\S]*?)-----END/.exec(text)?.[1] ?? '';
  const line = key.split('\n').filter((one) => PEM_LINE.test(one))[1];
  return line === undefined ? [] : [[`${name}: private key`, line]];
}

function secretFields(value: unknown, path: string): [string, string][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([field, inner]): [string, string][] =>
    typeof inner === 'string' && SECRET_FIELDS.includes(field)
      ? [[`${path}: ${field}`, inner]]
      : secretFields(inner, `${path}.${field}`),
  );
}
