/**
 * The property that matters most, tested with so many interleavings: whatever goes wrong in whichever order, no user sees
 * or changes another's row, and no identity is left on a connection. Several Lambda environments share three database
 * connections; users take turns on them.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { loadOrCreateCertificate } from '@vpc-postgres/local-stack/rds-proxy/certificate.js';
import { type RdsProxy, startRdsProxy } from '@vpc-postgres/local-stack/rds-proxy/server.js';
import { LOCAL_REGION } from '@vpc-postgres/local-stack/stack.js';
import { connectDatabase } from '@vpc-postgres/testing/support/database-client.js';
import { startTestStack, type TestStack } from '@vpc-postgres/testing/support/local-stack.js';
import { createNotes } from '@vpc-postgres/testing/support/notes.js';
import { startWireRelay, type WireRelay } from '@vpc-postgres/testing/support/wire-relay.js';
import fc from 'fast-check';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PooledDatabase } from '../../../src/database/database.js';
import { DatabaseError } from '../../../src/database/errors.js';
import { CommittedError } from '../../../src/database/retry.js';
import { type Transaction, TransactionEndedError } from '../../../src/database/transaction.js';

const ENVIRONMENTS = 4;
const DATABASE_CONNECTIONS = 3;
const USERS = [0, 1, 2].map((index) => ({ index, sub: randomUUID(), groups: index === 2 ? ['admins'] : null }));
type User = (typeof USERS)[number];

/** Some cost a connection, which takes longer to make anew than all the rest: they are rare. */
const ENDINGS = {
  commit: 4,
  queryAndCommit: 4,
  throw: 3,
  throwAfterCommit: 2,
  fail: 3,
  swallow: 3,
  forget: 3,
  forgetFailure: 2,
  nest: 2,
  deadline: 1,
  cutQuestion: 1,
  cutAnswer: 1,
  kill: 1,
} as const;
type Ending = keyof typeof ENDINGS;

/** One transaction: it looks around, writes, and comes to its end. */
interface Call {
  environment: number;
  user: number;
  write: 'nothing' | 'insert' | 'finish everything' | 'insert for another';
  ending: Ending;
  /** How long it waits before it begins, so that the others are anywhere. */
  delayMillis: number;
}

const calls: fc.Arbitrary<Call[]> = fc.array(
  fc.record({
    environment: fc.nat(ENVIRONMENTS - 1),
    user: fc.nat(USERS.length - 1),
    write: fc.constantFrom<Call['write'][]>('nothing', 'insert', 'insert', 'finish everything', 'insert for another'),
    ending: fc.oneof(
      ...Object.entries(ENDINGS).map(([ending, weight]) => ({ arbitrary: fc.constant(ending as Ending), weight })),
    ),
    delayMillis: fc.constantFrom(0, 0, 0, 1, 2),
  }),
  { minLength: 2, maxLength: 6 },
);

/** A row says in its mark whose it is meant to be, and which call wrote it. */
const PER_USER = 100_000_000;
const LOOK = `select identity.sub() as sub, (select array_agg(distinct owner_sub) from notes) as owners,
                     (select count(*)::int from note_totals) as totals`;
const INSERT = 'insert into notes (mark) values ($1)';
const INSERT_FOR = 'insert into notes (mark, owner_sub) values ($1, $2)';
const FINISH_EVERYTHING = 'update notes set done = true';
/** Which no row may have: the mark of what is written when its transaction has ended. */
const FORGOTTEN = 3 * PER_USER;
const LEFT_BEHIND = `select sub, groups, (select count(*)::int from notes) as notes,
                            current_setting('search_path') as search_path,
                            (select count(*)::int from pg_prepared_statements) as prepared,
                            (select count(*)::int from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()) as locks
                       from identity.caller()`;

class Thrown extends Error {}

export function describeIsolation(interleavingCount: number): void {
  describe(`${interleavingCount} interleavings of users, failures, deadlines and lost connections`, () => {
    let stack: TestStack;
    let proxy: RdsProxy;
    let superuser: pg.Client;
    const relays: WireRelay[] = [];
    const environments: PooledDatabase[] = [];

    beforeAll(async () => {
      stack = await startTestStack();
      superuser = await stack.connectSuperuser();
      await createNotes(superuser);
      const { credentials } = stack.access;
      proxy = await startRdsProxy({
        hostname: 'localhost',
        port: 0,
        region: LOCAL_REGION,
        certificate: await loadOrCreateCertificate(stack.stateDirectory),
        upstreamSocketPath: join(stack.postgres.socketDirectory, '.s.PGSQL.5432'),
        principals: [{ credentials, databaseUsers: ['app'] }],
        pool: { maxConnections: DATABASE_CONNECTIONS + 3, reservedConnections: 3 },
      });
      const access = { ...stack.access, port: proxy.port };
      for (let environment = 0; environment < ENVIRONMENTS; environment += 1) {
        const relay = await startWireRelay(proxy.port);
        relays.push(relay);
        environments.push(await connectDatabase({ access }, { port: relay.port }));
      }
    });
    afterAll(async () => {
      await Promise.all(environments.map((environment) => environment.end()));
      await Promise.all(relays.map((relay) => relay.stop()));
      await proxy?.stop();
      await superuser?.end();
      await stack?.stop();
    });

    let lastMark = 0;
    /** What nobody may ever see. Kept apart, because a transaction can be retried or end early. */
    const violations: unknown[] = [];
    /** Statements that are called after their transaction has ended. */
    let forgotten: Promise<unknown>[] = [];

    /** @returns the response to the caller about its row; undefined where it said that the outcome is unknown */
    async function make(call: Call): Promise<{ mark: number; isWritten: boolean } | undefined> {
      const user = USERS[call.user] as User;
      const environment = environments[call.environment] as PooledDatabase;
      lastMark += 1;
      const mark = user.index * PER_USER + lastMark;
      await new Promise((resolve) => setTimeout(resolve, call.delayMillis));

      let outcome: unknown;
      try {
        const signal = call.ending === 'deadline' ? AbortSignal.timeout(call.delayMillis + 1) : undefined;
        outcome = await environment.transaction({ ...user, signal }, (transaction) =>
          work(transaction, call, user, mark),
        );
      } catch (error) {
        outcome = error;
      }
      if (call.write === 'insert for another') expect(outcome).not.toBe('committed');
      if (call.ending === 'forgetFailure' || call.ending === 'nest') expect(outcome).not.toBe('committed');
      if (outcome === 'committed') return { mark, isWritten: call.write === 'insert' };
      if (outcome instanceof CommittedError) return { mark, isWritten: call.write === 'insert' };
      if (outcome instanceof DatabaseError && outcome.outcomeUnknown) return undefined;
      return { mark, isWritten: false };
    }

    /** As a `forEach` with an async function does. It must neither run nor be taken for the next user's. */
    function forget(transaction: Transaction, mark: number, delayMillis: number): void {
      const late = async () => {
        await new Promise((resolve) => setTimeout(resolve, delayMillis));
        await transaction.query(INSERT, [mark]);
      };
      forgotten.push(
        late().then(
          () => violations.push({ late: mark }),
          (error: unknown) => {
            if (!(error instanceof TransactionEndedError || error instanceof DatabaseError)) violations.push(error);
          },
        ),
      );
    }

    async function work(transaction: Transaction, call: Call, user: User, mark: number): Promise<string> {
      const [seen] = await transaction.query<{ sub: string; owners: string[] | null; totals: number }>(LOOK);
      const seesOnlyOwn = seen?.sub === user.sub && (seen.owners ?? []).every((owner) => owner === user.sub);
      if (!seesOnlyOwn || (user.groups === null && seen?.totals !== 0)) violations.push({ user, call, seen });

      if (call.write === 'insert') await transaction.query(INSERT, [mark]);
      if (call.write === 'finish everything') await transaction.query(FINISH_EVERYTHING);
      if (call.write === 'insert for another') {
        const victim = USERS[(user.index + 1) % USERS.length] as User;
        await transaction.query(INSERT_FOR, [victim.index * PER_USER, victim.sub]);
      }
      const relay = relays[call.environment] as WireRelay;
      switch (call.ending) {
        case 'throw':
          throw new Thrown();
        case 'fail':
          await transaction.query('select 1 / 0');
          break;
        case 'swallow':
          await transaction.query('select 1 / 0').catch(() => {});
          break;
        case 'deadline':
          await transaction.query('select pg_sleep(0.005)');
          break;
        case 'cutQuestion':
          relay.cutBeforeNextQuestion();
          break;
        case 'cutAnswer':
          relay.cutBeforeNextAnswer();
          break;
        case 'kill':
          await transaction.query('select pg_terminate_backend(pg_backend_pid())');
          break;
        case 'queryAndCommit':
          await transaction.queryAndCommit('select 1');
          break;
        case 'throwAfterCommit':
          await transaction.queryAndCommit('select 1');
          throw new Thrown();
        case 'forget':
          forget(transaction, FORGOTTEN, call.delayMillis + 1);
          break;
        case 'forgetFailure':
          void transaction.query('select 1 / 0');
          break;
        case 'nest':
          await environments[call.environment]?.query(user, LOOK).catch(() => Promise.reject(new Thrown()));
          break;
        case 'commit':
      }
      return 'committed';
    }

    async function expectNobodyLeftBehind(): Promise<void> {
      for (const environment of environments) {
        // As if read-only: a connection that the interleaving broke may be found out only now.
        const look = () => environment.queryAsNobody(LEFT_BEHIND);
        expect(await look().catch(look)).toEqual([
          { sub: null, groups: null, notes: 0, search_path: '"$user", public, pg_temp', prepared: 0, locks: 0 },
        ]);
      }
    }

    async function expectRowsWhereTheyBelong(known: readonly { mark: number; isWritten: boolean }[]): Promise<void> {
      const { rows } = await superuser.query<{ mark: number; owner_sub: string }>('select mark, owner_sub from notes');
      for (const { mark, owner_sub } of rows) {
        expect(owner_sub).toBe(USERS[Math.floor(mark / PER_USER)]?.sub);
      }
      for (const { mark, isWritten } of known) {
        expect(rows.filter((row) => row.mark === mark).length).toBe(isWritten ? 1 : 0);
      }
    }

    test('no user ever sees or changes another’s row, and nobody is left on a connection', async () => {
      await fc.assert(
        fc.asyncProperty(calls, async (interleaving) => {
          const outcomes = await Promise.all(interleaving.map(make));
          await Promise.all(forgotten);
          forgotten = [];
          expect(violations).toEqual([]);
          await expectNobodyLeftBehind();
          await expectRowsWhereTheyBelong(outcomes.filter((outcome) => outcome !== undefined));
          await superuser.query('delete from notes');
        }),
        { numRuns: interleavingCount, endOnFailure: true },
      );
      expect(proxy.statistics().databaseConnections.open).toBeLessThanOrEqual(DATABASE_CONNECTIONS);
      expect(proxy.pins()).toEqual([]);
    }, 900_000);
  });
}
