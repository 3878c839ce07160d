/**
 * A process that applies migrations and kills itself on the way. Its argument is a CrashJob as
 * JSON. It leaves the database as a Lambda does that runs out of memory or time.
 */
import process from 'node:process';
import { migrate } from '@vpc-postgres/lambda/database/migrate/migrate.js';
import type { MigrationFile } from '@vpc-postgres/lambda/database/migrate/migration.js';
import { prepareMigrations } from '@vpc-postgres/lambda/database/migrate/prepare-migrations.js';
import pg from 'pg';

export interface CrashJob {
  readonly socketDirectory: string;
  readonly database: string;
  readonly files: readonly MigrationFile[];
  /** At which query, counted from 1. */
  readonly query: number;
  /** Before it is sent, while PostgreSQL works on it, or when its answer is there. */
  readonly moment: 'before' | 'during' | 'after';
}

const { socketDirectory, database, files, query, moment }: CrashJob = JSON.parse(process.argv[2] ?? '');

const client = new pg.Client({ host: socketDirectory, user: 'migrator', database });
await client.connect();
let count = 0;
const send = client.query.bind(client) as (config: pg.QueryConfig) => Promise<pg.QueryResult>;
client.query = (async (config: pg.QueryConfig) => {
  count += 1;
  if (count !== query) return send(config);
  if (moment === 'before') crash();
  const answer = send(config);
  // The message has been handed to the system when the event loop comes back.
  if (moment === 'during') setImmediate(crash);
  await answer;
  return crash();
}) as typeof client.query;

await migrate(client, prepareMigrations(files));
await client.end();
console.log(count);

function crash(): never {
  process.kill(process.pid, 'SIGKILL');
  // The signal comes in the next turn at the latest; nothing must be done until then.
  for (;;);
}
