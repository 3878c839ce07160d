/**
 * Reads cdk.context.json, the answers of earlier VPC lookups. ampx keeps lookups in memory and ignores that file, so it
 * is read here: a VPC that is pinned needs neither AWS credentials nor the right to look.
 */
import { readFileSync } from 'node:fs';
import { ConfigurationError } from '../configuration/configuration-error.js';

export type CachedContext = Readonly<Record<string, unknown>>;

/**
 * Without the file nothing is pinned, and every VPC is looked up.
 * @param file cdk.context.json of the project.
 */
export function readCachedContext(file: string | URL): CachedContext {
  const text = readIfPresent(file);
  if (text === undefined) return {};
  const context = parse(text);
  if (typeof context !== 'object' || context === null || Array.isArray(context))
    throw unreadable('JSON of another kind');
  return { ...context };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unreadable(cause instanceof Error ? cause.message : String(cause));
  }
}

function unreadable(got: string): ConfigurationError {
  return new ConfigurationError('cdk.context.json cannot be used.', [
    {
      path: 'cdk.context.json',
      got,
      expected: 'a JSON object of lookups and their answers',
      fix: 'correct it, or delete it to have the VPC looked up again',
    },
  ]);
}

function readIfPresent(file: string | URL): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw cause;
  }
}
