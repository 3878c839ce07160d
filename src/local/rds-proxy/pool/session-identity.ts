/** Owns what two clients must have in common to share database connections. */

/** Who a database session belongs to, and how it was started. */
export interface SessionIdentity {
  user: string;
  database: string;
  /** Start-up parameters beside user and database, as the client spelt them. */
  settings: Readonly<Record<string, string>>;
}

/** The same text for the same user, database and settings. PostgreSQL takes the names of settings in any case. */
export function identityKey({ user, database, settings }: SessionIdentity): string {
  const sorted = Object.entries(settings)
    .map(([name, value]) => [name.toLowerCase(), value])
    .sort(([left = ''], [right = '']) => (left < right ? -1 : 1));
  return JSON.stringify([user, database, sorted]);
}
