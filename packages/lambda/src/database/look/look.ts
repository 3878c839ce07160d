/**
 * Looks from inside: tries each hop from this function to the database once, on connections of its own, and reports what each
 * took and which one failed. AWS reports all of them as "timed out". explain.ts has the words; Lambda's bundle has not.
 */
import type { Socket } from 'node:net';
import pg from 'pg';
import { monotonicMillis } from '../clock.js';
import { toDatabaseError } from '../errors.js';
import type { ConnectionSettings } from '../settings.js';
import { inspectCertificate, openSocket, resolveName } from './network-hops.js';
import type { LookQuestion } from './question.js';
import { failedHop, type Hop, type HopReport, LOOK_CODES, type LookReport } from './report.js';
import { readMigrationRecords, readSession, type SessionRow } from './session-hops.js';

export interface LookSubject {
  readonly settings: ConnectionSettings;
  readonly applicationName: string;
  /** As the pool's: @default - an IAM token that is signed now */
  readonly password: () => string | Promise<string>;
  /** As the pool's. @default - Node's own */
  readonly certificateAuthorities?: string | undefined;
  /** The names of the migrations that the function has. @default - none */
  readonly migrations?: readonly string[];
  /** Open connections of the function's pool. @default - it has no pool */
  readonly poolConnections?: () => number;
  /** @default - the clock of this process */
  readonly now?: () => Date;
}

/** For one hop, in milliseconds: a hop that answers takes a few; one that does not is found before the function's time is up. */
const HOP_LIMIT_MILLIS = 4_000;
/** Kept back for the response, in milliseconds. */
const TIME_TO_RESPOND_MILLIS = 500;
/** AWS accepts no signature that is further from its own clock, in seconds. */
const ACCEPTED_SKEW_SECONDS = 300;

/** Never rejects. */
export async function lookFromInside(
  subject: LookSubject,
  { sentAt }: LookQuestion,
  remainingMillis: number,
): Promise<LookReport> {
  const { settings, certificateAuthorities: ca, now = () => new Date() } = subject;
  const { host, port, database, user, region } = settings;
  const giveUpAt = monotonicMillis() + remainingMillis - TIME_TO_RESPOND_MILLIS;
  const clockAheadSeconds = Math.round((now().getTime() - sentAt.getTime()) / 1_000);
  const report: Mutable<LookReport> & { hops: HopReport[] } = {
    lookFromInside: 1,
    target: { host, port, database, user, region },
    hops: [],
    environment: {
      uptimeSeconds: Math.round(process.uptime()),
      poolConnections: subject.poolConnections?.() ?? 0,
    },
    ...(Number.isFinite(clockAheadSeconds) && { clockAheadSeconds }),
  };
  const cleanUps: (() => unknown)[] = [];

  /** @param callback returns a code for a hop that has nothing to see; may move the time from which it is measured. */
  const attempt = async (hop: Hop, callback: (clock: HopClock) => Promise<unknown>) => {
    if (failedHop(report) !== undefined) return void report.hops.push({ hop, status: 'skipped' });
    const clock = { startedAt: monotonicMillis() };
    const millis = () => Math.round((monotonicMillis() - clock.startedAt) * 100) / 100;
    try {
      const code = await within(Math.min(HOP_LIMIT_MILLIS, giveUpAt - clock.startedAt), callback(clock));
      report.hops.push({
        hop,
        ...(typeof code === 'string' ? { status: 'skipped', code } : { status: 'ok', millis: millis() }),
      });
    } catch (error) {
      report.hops.push({ hop, status: 'failed', millis: millis(), ...reasonOf(error) });
    }
  };

  try {
    await attempt('dns', async () => {
      report.addresses = await resolveName(host);
    });
    let socket: Socket;
    await attempt('tcp', async () => {
      socket = await openSocket(report.addresses ?? [], port, (opened) => cleanUps.push(() => opened.destroy()));
    });
    await attempt('tls', async () => {
      const { error, ...tls } = await inspectCertificate(socket, host, ca);
      report.tls = tls;
      if (error !== undefined) throw error;
    });
    let password = '';
    await attempt('token', async () => {
      const { accessKeyId, secretAccessKey } = settings.credentials();
      if (accessKeyId === '' || secretAccessKey === '') throw new LookError(LOOK_CODES.noCredentials);
      password = await subject.password();
    });
    const client = new pg.Client({
      host,
      port,
      database,
      user,
      password,
      ssl: { rejectUnauthorized: true, ca },
      application_name: subject.applicationName,
      connectionTimeoutMillis: HOP_LIMIT_MILLIS,
    });
    // A lost connection rejects what is under way as well; without a listener, this event would end the process.
    client.on('error', () => {});
    await attempt('login', async (clock) => {
      cleanUps.push(() => client.end().catch(() => undefined));
      // The hops before it were measured: what counts here begins when TLS stands.
      (client as unknown as { connection: NodeJS.EventEmitter }).connection.once('sslconnect', () => {
        clock.startedAt = monotonicMillis();
      });
      await client.connect();
    });
    blameClock(report.hops, clockAheadSeconds);
    let row: SessionRow;
    await attempt('statement', async () => {
      row = await readSession(client);
      report.session = row.session;
    });
    await attempt('migrations', async () => {
      const expected = subject.migrations ?? [];
      if (row.canReadMigrations === false) return LOOK_CODES.notPermitted;
      if (row.canReadMigrations === null && expected.length === 0) return LOOK_CODES.noHistory;
      report.migrations = await readMigrationRecords(client, row.canReadMigrations === true, expected);
      const { pending, unfinished } = report.migrations;
      if (pending.length + unfinished.length > 0) throw new LookError(LOOK_CODES.pending);
      return undefined;
    });
  } finally {
    await Promise.all(cleanUps.map((cleanUp) => cleanUp()));
  }
  return report;
}

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

interface HopClock {
  startedAt: number;
}

class LookError extends Error {
  readonly reason: Pick<HopReport, 'code' | 'message'>;

  constructor(code: string, message?: string) {
    super(message);
    this.reason = { code, ...(message && { message }) };
  }
}

/** A login that is rejected, with clocks that differ by more than AWS accepts: the token is to blame, and not the user. */
function blameClock(hops: HopReport[], aheadSeconds: number): void {
  const login = hops.at(-1);
  if (login?.status !== 'failed' || !login.code?.startsWith('28')) return;
  if (!(Math.abs(aheadSeconds) > ACCEPTED_SKEW_SECONDS)) return;
  hops.splice(-2, 2, { ...login, hop: 'token', code: LOOK_CODES.clockSkew }, { hop: 'login', status: 'skipped' });
}

function reasonOf(error: unknown): Pick<HopReport, 'code' | 'message'> {
  if (error instanceof LookError) return error.reason;
  // Where each address of a name was tried, Node.js has an error for each, and no message for all.
  const first = error instanceof AggregateError ? error.errors[0] : error;
  const { sqlState, message, cause } = toDatabaseError(first);
  return { code: sqlState ?? String(first?.code), message: cause instanceof Error ? cause.message : message };
}

async function within<Value>(millis: number, work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    const message = `No answer within ${Math.round(millis)} ms.`;
    timer = setTimeout(() => reject(new LookError(LOOK_CODES.timeout, message)), Math.max(0, millis));
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}
