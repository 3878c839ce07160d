/** Watches what the parts under test log and answer, for the check after each test (after-each.ts). */
import { type KnownSecrets, secretsIn, secretsInLog } from './search.js';

export interface SecretWatch {
  /** A line of a log, which is kept. */
  logged(where: string, line: string): void;
  /** A response to a caller. */
  answered(where: string, text: string): void;
}

/** "log of orders-api: a signed token (JWT)", and what has been said by parts whose secrets are not known yet. */
const leaks = new Set<string>();
const unsearched = new Set<() => void>();

let someoneAsks = false;

/** Says that `newLeaks` will be asked. */
export function expectSearches(): void {
  someoneAsks = true;
}

/**
 * Searches at once and keeps nothing: a test can log a million lines.
 * @param known of the parts that are watched; undefined until they have started
 */
export function watchForSecrets(known: () => KnownSecrets | undefined): SecretWatch {
  if (!someoneAsks) {
    throw new Error(
      'Nothing looks for secrets here. Add packages/testing/support/secrets/after-each.ts to setupFiles of this run.',
    );
  }
  let early: (() => void)[] = [];
  const searchEarly = () => {
    const searches = early;
    early = [];
    for (const search of searches) search();
  };
  unsearched.add(searchEarly);

  const watchWith = (find: typeof secretsIn) => (where: string, text: string) => {
    const search = () => {
      for (const kind of find(text, known())) leaks.add(`${where}: ${kind}`);
    };
    if (known() === undefined) early.push(search);
    else search();
  };
  return { logged: watchWith(secretsInLog), answered: watchWith(secretsIn) };
}

/** What has leaked since it was last asked, each kind once. */
export function newLeaks(): string[] {
  for (const search of unsearched) search();
  const found = [...leaks];
  leaks.clear();
  return found;
}
