/** One batch with one Sync, two users by IAM, and what a client sees when IdleClientTimeout ends its connection. */
import { setTimeout as delay } from 'node:timers/promises';
import { isPostgresError } from '@vpc-postgres/lambda/database/errors.js';
import type { Experiment } from '../experiment.js';
import { sendRequest } from './pinning.js';

/** Beyond the timeout: the proxy looks from time to time. */
const IDLE_MARGIN = 1.2;
const IDLE_MARGIN_SECONDS = 1;

export const connectionExperiments: readonly Experiment[] = [
  {
    id: 'one-sync',
    question: 'Does RDS Proxy take BEGIN, identity, statement and COMMIT as one batch with one Sync?',
    local: 'takes it',
    method:
      'The batch of a request is sent, by the code of the functions; its rows and the time of a round trip are read.',
    needs: ['connection'],
    minutes: () => 1,
    async run(site) {
      const client = await site.connect(site.users.app);
      try {
        const startedAt = performance.now();
        const { results, error } = await sendRequest(client);
        const millis = Math.round(performance.now() - startedAt);
        if (error !== undefined) return { answer: 'rejects it', details: [describeError(error)] };
        const [row] = results[2]?.rows ?? [];
        return {
          answer: row?.one === 1 ? 'takes it' : 'loses rows',
          details: [`${results.length} results in ${millis} ms, the way from this machine included.`],
        };
      } finally {
        await client.end();
      }
    },
  },
  {
    id: 'two-users',
    question: 'Do two users sign in through the proxy with IAM tokens, end to end?',
    local: 'both sign in',
    method: 'Connects as the user that serves requests and as the one that migrates, and reads session_user.',
    needs: ['connection', 'migrator'],
    minutes: () => 1,
    async run(site) {
      const users = [site.users.app, site.users.migrator ?? ''];
      const details: string[] = [];
      for (const user of users) {
        try {
          const client = await site.connect(user);
          const { rows } = await client.query<{ user: string }>('select session_user::text as user');
          await client.end();
          if (rows[0]?.user === user) details.push(`${user} signs in.`);
        } catch (error) {
          details.push(`${user} does not: ${describeError(error)}`);
        }
      }
      const signedIn = details.filter((detail) => detail.endsWith(' signs in.')).length;
      return { answer: ['neither signs in', 'one signs in', 'both sign in'][signedIn] ?? '', details };
    },
  },
  {
    id: 'idle-client-timeout',
    question: 'What does a client see when IdleClientTimeout ends its connection?',
    local: 'the connection ends without a message',
    method: 'A connection rests for longer than the timeout; what arrives meanwhile, and the next query, are read.',
    needs: ['connection'],
    minutes: ({ idleClientTimeoutSeconds }) => Math.ceil((idleClientTimeoutSeconds * IDLE_MARGIN) / 60) + 1,
    async run(site) {
      const client = await site.connect(site.users.app);
      let arrived: Error | undefined;
      let endedAfterSeconds: number | undefined;
      const startedAt = performance.now();
      client.on('error', (error: Error) => {
        arrived ??= error;
      });
      client.on('end', () => {
        endedAfterSeconds ??= Math.round((performance.now() - startedAt) / 1_000);
      });
      await client.query('select 1');
      await delay((site.idleClientTimeoutSeconds * IDLE_MARGIN + IDLE_MARGIN_SECONDS) * 1_000);
      const failure = await client.query('select 1').then(
        () => undefined,
        (error: Error) => error,
      );
      await client.end().catch(() => undefined);
      const details = [
        `The timeout is ${site.idleClientTimeoutSeconds} s.`,
        `The connection ${endedAfterSeconds === undefined ? 'was open' : `ended after ${endedAfterSeconds} s`}.`,
        `What arrived: ${arrived === undefined ? 'nothing' : describeError(arrived)}.`,
        `The next query: ${failure === undefined ? 'succeeds' : describeError(failure)}.`,
      ];
      if (failure === undefined) return { answer: 'the connection stays', details };
      const message = [arrived, failure].find(isPostgresError);
      const answer =
        message === undefined ? 'the connection ends without a message' : `the connection ends with ${message.code}`;
      return { answer, details };
    },
  },
];

function describeError(error: unknown): string {
  if (isPostgresError(error)) return `${error.severity} ${error.code}: ${error.message}`;
  const cause = (error as Error).cause instanceof Error ? ((error as Error).cause as Error) : (error as Error);
  return cause.message;
}
