/** Many users at once, each reading their own rows again and again: and what came back that is not theirs. */

/** Each user has this many rows, no more and no fewer. */
export const ROWS_OF_A_USER = 2;
const READS_OF_A_USER = 20;

/** How long a transaction rests between the identity and the read, as it does while a handler waits for something else. */
export const PAUSE_MILLIS = 3;

export const USERS: readonly string[] = Array.from(
  { length: 80 },
  (_, index) => `00000000-0000-4000-8000-${String(index + 1).padStart(12, '0')}`,
);

/** As a superuser, whom no policy limits. $1: the users. */
export const INSERT_ROWS = `insert into orders (customer_sub, currency, total_cents)
  select customer, 'EUR', 100 from unnest($1::uuid[]) as customer, generate_series(1, ${ROWS_OF_A_USER})`;

/** The usual way beside ours, for those who keep the user in a setting. As a superuser, before the load. */
export const POLICY_BY_SETTING = `create policy by_setting on orders for select to app
  using (customer_sub = nullif(current_setting('load.user', true), '')::uuid)`;

/** No user is named: the policies are to find whose rows they are. */
export const READ_ROWS = 'select customer_sub from orders';

/** Reads as this user. @returns whose each row is */
export type ReadAs = (user: string) => Promise<readonly string[]>;

/** Of all reads, each counted once. */
export interface LoadCounts {
  own: number;
  /** With a row of another user. */
  foreign: number;
  /** With the user's own rows alone, and not all of them. */
  incomplete: number;
  failed: number;
  /** Of the first that failed. */
  firstFailure?: string;
  seconds: number;
}

/** Every user reads at the same time as all the others, and one read after the other. */
export async function runLoad(
  readAs: ReadAs,
  { users = USERS, reads = READS_OF_A_USER }: { users?: readonly string[]; reads?: number } = {},
): Promise<LoadCounts> {
  const counts: LoadCounts = { own: 0, foreign: 0, incomplete: 0, failed: 0, seconds: 0 };
  const startedAt = performance.now();
  await Promise.all(
    users.map(async (user) => {
      for (let read = 0; read < reads; read += 1) {
        try {
          counts[judge(user, await readAs(user))] += 1;
        } catch (error) {
          counts.failed += 1;
          counts.firstFailure ??= (error as Error).message;
        }
      }
    }),
  );
  return { ...counts, seconds: (performance.now() - startedAt) / 1000 };
}

function judge(user: string, owners: readonly string[]): 'own' | 'foreign' | 'incomplete' {
  if (owners.some((owner) => owner !== user)) return 'foreign';
  return owners.length === ROWS_OF_A_USER ? 'own' : 'incomplete';
}
