/**
 * Defines the settings of the connection pool: RDS Proxy's own, under its own names, with its defaults.
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-connections.html
 */

/** A time may be shorter than AWS allows and have fractions, so that a test need not wait for it. */
export interface PoolSettings {
  /** PostgreSQL's max_connections, of which the percentages below are taken. @default 100, as PostgreSQL's */
  maxConnections: number;
  /** Of maxConnections: what PostgreSQL keeps for superusers, and the proxy never uses. @default 3, as PostgreSQL's */
  reservedConnections: number;
  /** How much of the database's connections the proxy may hold: 1..100. @default 100 */
  maxConnectionsPercent: number;
  /** How much of them may lie idle: 0..maxConnectionsPercent. @default half of maxConnectionsPercent */
  maxIdleConnectionsPercent: number;
  /**
   * How long a client waits for a database connection, also while the database is away. AWS: 0 to 300 s. 0 is an error
   * whenever none is idle. @default 120
   */
  connectionBorrowTimeoutSeconds: number;
  /** How long a client may say nothing before its connection is closed. AWS: 60 s to 8 h. @default 1800 */
  idleClientTimeoutSeconds: number;
  /** How long a client connection lives, busy or not. Fixed in AWS. @default 86400 */
  clientConnectionLifeSeconds: number;
  /** How long a database connection may lie idle before it is closed. Fixed in AWS. @default 300 */
  idleDatabaseConnectionSeconds: number;
  /** How old a database connection may get before it is closed, once it is idle. Fixed in AWS. @default 86400 */
  databaseConnectionLifeSeconds: number;
}

/**
 * Fills in the defaults.
 * @throws RangeError that lists every value out of range
 */
export function completePoolSettings(given: Partial<PoolSettings> = {}): PoolSettings {
  const maxConnectionsPercent = given.maxConnectionsPercent ?? 100;
  const settings: PoolSettings = {
    maxConnections: 100,
    reservedConnections: 3,
    maxIdleConnectionsPercent: maxConnectionsPercent / 2,
    connectionBorrowTimeoutSeconds: 120,
    idleClientTimeoutSeconds: 1800,
    clientConnectionLifeSeconds: 86_400,
    idleDatabaseConnectionSeconds: 300,
    databaseConnectionLifeSeconds: 86_400,
    ...given,
    maxConnectionsPercent,
  };
  const problems = findProblems(settings);
  if (problems.length > 0) throw new RangeError(`The proxy's pool settings are out of range: ${problems.join('; ')}.`);
  return settings;
}

/** MaxDatabaseConnectionsAllowed of CloudWatch: at least one. */
export function allowedDatabaseConnections(settings: PoolSettings): number {
  return percentOf(settings, settings.maxConnectionsPercent, 1);
}

/** How many database connections may lie idle. */
export function allowedIdleConnections(settings: PoolSettings): number {
  return percentOf(settings, settings.maxIdleConnectionsPercent, 0);
}

function percentOf({ maxConnections, reservedConnections }: PoolSettings, percent: number, atLeast: number): number {
  return Math.max(atLeast, Math.floor(((maxConnections - reservedConnections) * percent) / 100));
}

function findProblems(settings: PoolSettings): string[] {
  const { maxConnections, maxConnectionsPercent } = settings;
  const problems: string[] = [];
  const expectRange = (name: keyof PoolSettings, from: number, to: number) => {
    const value = settings[name];
    if (!(value >= from && value <= to)) problems.push(`${name} is ${value}, expected ${from} to ${to}`);
  };
  expectRange('maxConnections', 1, 262_143);
  expectRange('reservedConnections', 0, maxConnections - 1);
  expectRange('maxConnectionsPercent', 1, 100);
  expectRange('maxIdleConnectionsPercent', 0, maxConnectionsPercent);
  expectRange('connectionBorrowTimeoutSeconds', 0, 300);
  expectRange('idleClientTimeoutSeconds', 0.001, 28_800);
  expectRange('clientConnectionLifeSeconds', 0.001, 86_400);
  expectRange('idleDatabaseConnectionSeconds', 0.001, 86_400);
  expectRange('databaseConnectionLifeSeconds', 0.001, 86_400);
  for (const name of ['maxConnections', 'reservedConnections'] as const) {
    if (!Number.isInteger(settings[name])) problems.push(`${name} is ${settings[name]}, expected a whole number`);
  }
  return problems;
}
