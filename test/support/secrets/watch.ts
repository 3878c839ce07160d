/** Watches what the parts under test log and answer, for the check after each test (after-each.ts). */
import { type KnownSecrets, secretsIn, secretsInLog } from './search.js';

export interface SecretWatch {
  /** A line that somebody could read later. */
  logged(where: string, line: string): void;
  /** What a caller was told. */
  answered(where: string, text: string): void;
}

const watches = new Set<() => string[]>();

/** @param known of the parts that are watched; asked for once something has been said */
export function watchForSecrets(known: () => KnownSecrets): SecretWatch {
  let secrets: KnownSecrets | undefined;
  const said: { where: string; text: string; find: typeof secretsIn }[] = [];
  watches.add(() => {
    if (said.length > 0) secrets ??= known();
    return said.splice(0).flatMap(({ where, text, find }) => find(text, secrets).map((kind) => `${where}: ${kind}`));
  });
  return {
    logged: (where, text) => void said.push({ where, text, find: secretsInLog }),
    answered: (where, text) => void said.push({ where, text, find: secretsIn }),
  };
}

/** What has leaked since it was last asked, as "log of orders-api: a signed token (JWT)". */
export function newLeaks(): string[] {
  return [...new Set([...watches].flatMap((leaksOf) => leaksOf()))];
}
