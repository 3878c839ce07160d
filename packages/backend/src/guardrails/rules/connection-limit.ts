/** More connections than the database admits: at the busiest moment the requests beyond them fail. */
import { POOL_LIMITS } from '@vpc-postgres/lambda/database/pool-limits.js';
import type { Guardrail } from '../guardrail.js';

/** What an account allows all functions together when nothing is reserved. */
const DEFAULT_CONCURRENCY = 1000;

export const connectionLimit: Guardrail = {
  name: 'connection-limit',
  fix: 'lower limits.reservedConcurrency, or raise what the database admits: maxConnections, maxConnectionsPercent',
  find({ environment, database, databaseFunctions, bootstrapFunction, migrationFunction, sqlFunction }) {
    const { admittedConnections } = database;
    const reserved = environment.limits?.reservedConcurrency;
    const direct = environment.database.proxy.kind === 'none';
    // A proxy bounds the connections by itself: without a reservation the requests beyond them wait for their turn.
    if (admittedConnections === undefined || (reserved === undefined && !direct)) return [];
    const concurrency = reserved ?? DEFAULT_CONCURRENCY;
    // One after the other, while the functions serve.
    const [deploying, step] =
      direct && bootstrapFunction !== undefined
        ? [2, 'two to prepare the database']
        : [migrationFunction === undefined ? 0 : 1, 'one to migrate'];
    // Past a proxy that is made here, which admits IAM alone. One connection each is what a request needs.
    const shares = sqlFunction !== undefined && environment.database.proxy.kind !== 'new';
    const count = databaseFunctions.length + (shares ? 1 : 0);
    const wanted = concurrency * POOL_LIMITS.max * count + deploying;
    if (wanted <= admittedConnections) return [];
    const [construct] = databaseFunctions;
    if (construct === undefined) return [];
    const functions = count === 1 ? 'One function' : `${count} functions`;
    return [
      {
        construct,
        problem:
          `${functions} x ${concurrency} concurrent requests${reserved === undefined ? ' (the account’s limit: none are reserved)' : ''}` +
          ` x ${POOL_LIMITS.max} connection${deploying > 0 ? `, and ${step},` : ''} make ${wanted} connections, and ${admittedConnections} are admitted.`,
      },
    ];
  },
};
