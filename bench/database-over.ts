/** src/database on a pool of any making: without the TLS and the IAM token that the pool of a Lambda insists on. */
import type { Pool } from 'pg';
import { noActivity } from '../src/database/activity.js';
import { lendConnection } from '../src/database/connection.js';
import type { Database } from '../src/database/database.js';
import { readIdentity } from '../src/database/identity.js';
import { runTransaction } from '../src/database/transaction.js';

/** @param pool with `pipeline: true`, as that of a Lambda. The caller ends it. */
export function databaseOver(pool: Pool): Database {
  const activity = noActivity();
  return {
    withUser(identity, work, { access = 'write', isolation = 'read committed', signal } = {}) {
      const options = {
        identity: readIdentity(identity),
        isolation,
        readOnly: access === 'readOnly',
        pipelining: true,
      };
      return lendConnection(pool, activity, (connection) => runTransaction(connection, activity, options, work), {
        signal,
      });
    },
    async query(text, values = []) {
      const { rows } = await lendConnection(pool, activity, (connection) => connection.send<never>(text, values));
      return rows;
    },
  };
}
