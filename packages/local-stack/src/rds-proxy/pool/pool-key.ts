/** Identifies the clients that can share database connections: same user, database and startup settings. */

/** Who a database session belongs to, and how it was started. */
export interface PoolKey {
  readonly user: string;
  readonly database: string;
  /** Startup parameters beside user and database, as the client spelt them. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Asked for at each transaction, of an identity that does not change. */
const KEYS = new WeakMap<PoolKey, string>();

/** The same text for the same user, database and settings. PostgreSQL takes the names of settings in any case. */
export function serializePoolKey(identity: PoolKey): string {
  const known = KEYS.get(identity);
  if (known !== undefined) return known;
  const key = buildKey(identity);
  KEYS.set(identity, key);
  return key;
}

function buildKey({ user, database, settings }: PoolKey): string {
  const sorted = Object.entries(settings)
    .map(([name, value]) => [name.toLowerCase(), value])
    .sort(([left = ''], [right = '']) => (left < right ? -1 : 1));
  return JSON.stringify([user, database, sorted]);
}
