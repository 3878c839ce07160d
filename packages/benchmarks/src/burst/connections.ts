/** How many connections a database has, looked at again and again: the highest count is what a limit is compared with. */
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';

const EVERY_MILLIS = 20;

export interface ConnectionWatch {
  /** Ends it. @returns the highest count of connections of the user `app` */
  stop(): Promise<number>;
}

/** @param superuser of a connection that is not counted, and that the caller uses for nothing else until the end */
export function watchConnections(superuser: pg.Client): ConnectionWatch {
  let highest = 0;
  let isOver = false;
  const look = async () => {
    const { rows } = await superuser.query(
      "select count(*)::integer as count from pg_stat_activity where usename = 'app'",
    );
    highest = Math.max(highest, rows[0].count);
  };
  const watching = (async () => {
    while (!isOver) {
      await look();
      await delay(EVERY_MILLIS);
    }
    await look();
  })();
  return {
    async stop() {
      isOver = true;
      await watching;
      return highest;
    },
  };
}
