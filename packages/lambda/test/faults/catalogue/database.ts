/** What befalls PostgreSQL itself. */
import type { Fault } from '../fault.js';
import { hasNewConnections, UNAVAILABLE, UNAVAILABLE_OR_LATE, untilBusy } from '../fault.js';
import { setStatementFault } from './statement-faults.js';

/** A second longer than the emulator, and RDS Proxy here, lets a client wait for a connection: no retry outlives it. */
const LONGER_THAN_EVERY_RETRY_MILLIS = 12_000;

export const DATABASE_FAULTS: readonly Fault[] = [
  {
    name: 'failover, shorter than the timeouts',
    how: 'every database connection breaks; no new one for 1 s',
    strikesWhile: 'busy',
    lasts: 1_000,
    strike: (stack) => stack.proxy.applyFault({ fault: 'failover', pauseMillis: 1_000 }),
    mayEnd: UNAVAILABLE,
  },
  {
    name: 'failover, longer than every retry',
    how: 'every database connection breaks; no new one for 12 s',
    strikesWhile: 'busy',
    lasts: LONGER_THAN_EVERY_RETRY_MILLIS,
    strike: (stack) => stack.proxy.applyFault({ fault: 'failover', pauseMillis: LONGER_THAN_EVERY_RETRY_MILLIS }),
    mayEnd: UNAVAILABLE_OR_LATE,
  },
  {
    name: 'PostgreSQL restarts',
    how: 'fast shutdown, which ends every session, and a new start',
    strikesWhile: 'busy',
    lasts: 0,
    strike: (stack) => stack.proxy.applyFault({ fault: 'restart-database' }),
    mayEnd: UNAVAILABLE,
    isFelt: hasNewConnections,
  },
  {
    name: 'PostgreSQL crashes',
    how: 'SIGKILL to a session: PostgreSQL ends all others and recovers from its log',
    strikesWhile: 'busy',
    lasts: 0,
    strike: (stack) =>
      stack.asSuperuser(async (client) => {
        await untilBusy(stack);
        const { rows } = await client.query<{ pid: number }>(
          "select pid from pg_stat_activity where usename = 'app' order by state = 'active' desc limit 1",
        );
        process.kill(rows[0]?.pid as number, 'SIGKILL');
      }),
    mayEnd: UNAVAILABLE_OR_LATE,
    isFelt: hasNewConnections,
  },
  {
    name: 'database connections terminated',
    how: 'pg_terminate_backend for every session of the function',
    strikesWhile: 'busy',
    lasts: 0,
    strike: (stack) =>
      stack.asSuperuser(async (client) => {
        await untilBusy(stack);
        await client.query("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'app'");
      }),
    mayEnd: UNAVAILABLE,
    isFelt: hasNewConnections,
  },
  {
    name: 'a lock held past lock_timeout',
    how: 'LOCK TABLE orders, exclusive, for 7 s; lock_timeout is 5 s',
    strikesWhile: 'busy',
    lasts: 0,
    strike: (stack) =>
      stack.asSuperuser(async (client) => {
        await client.query('begin');
        await client.query('lock table orders in access exclusive mode');
        await client.query('select pg_sleep(7)');
        await client.query('rollback');
      }),
    mayEnd: ['Conflict'],
  },
  {
    name: 'slow writes, past every timeout',
    how: 'a trigger sleeps for 20 s; the client waits for 8 s, statement_timeout is 10 s',
    strikesWhile: 'busy',
    lasts: 2_000,
    strike: (stack) => setStatementFault(stack, 'slow'),
    heal: (stack) => setStatementFault(stack, 'none'),
    mayEnd: ['DatabaseTimeout'],
  },
  {
    name: 'disk full',
    how: 'a trigger refuses writes with 53100, disk_full, as PostgreSQL does when it cannot extend a file',
    strikesWhile: 'busy',
    lasts: 2_000,
    strike: (stack) => setStatementFault(stack, 'disk full'),
    heal: (stack) => setStatementFault(stack, 'none'),
    mayEnd: UNAVAILABLE,
  },
];
