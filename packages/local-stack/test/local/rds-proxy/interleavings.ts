/**
 * Random programs of several clients, and a run of one on any connections. Each client touches rows of its own only, so
 * what it is answered does not depend on who is faster, and must be the same on a connection of its own as on shared ones.
 */
import fc from 'fast-check';
import { type BackendMessage, message, type RawClient } from './raw-client.js';

/** What one client sends at once. */
export interface Step {
  client: number;
  messages: readonly Buffer[];
  /** Whether the answers are awaited before the next step of whichever client. */
  waits: boolean;
}

export interface Program {
  clientCount: number;
  steps: readonly Step[];
}

type Action = (client: number) => readonly Buffer[];

export const CREATE_TABLE = 'create table owned (client int, value int, unique (client, value))';
/** A program that takes longer is stuck: its clients are cut off, and their answers are not the same. */
const PATIENCE_MILLIS = 20_000;

const query =
  (text: string): Action =>
  (client) => [message.query(text.replaceAll('$client', String(client)))];

const SIMPLE: readonly Action[] = [
  query('select $client as mine'),
  query('select count(*), sum(value) from owned where client = $client'),
  query('insert into owned values ($client, 1)'),
  query('insert into owned select $client, max(value) + 1 from owned where client = $client'),
  query('delete from owned where client = $client returning value'),
  query('select n, repeat(chr(97 + n % 26), 40) from generate_series(1, 3000) n'),
  query('begin'),
  query('begin isolation level repeatable read'),
  query('commit'),
  query('rollback'),
  query('savepoint here'),
  query('rollback to here'),
  query('select 1 / 0'),
  query('selec nonsense'),
  query(''),
  query('select 1; select 2'),
  query('begin; insert into owned values ($client, 100); select 1 / 0; commit'),
  query('select pg_advisory_xact_lock($client)'),
  query("notify nobody, 'hears'"),
];

const EXTENDED: readonly Action[] = [
  () => [message.parse('', 'select $1::int + 1'), message.bind('', '', '41'), message.execute(''), message.sync()],
  (client) => [
    message.parse('', 'insert into owned values ($1, $2) returning value'),
    message.describeStatement(''),
    message.bind('', '', String(client), '7'),
    message.describePortal(''),
    message.execute(''),
    message.sync(),
  ],
  // The unnamed statement from one Sync to the next.
  () => [message.parse('', 'select $1::text'), message.sync()],
  () => [message.bind('', '', 'later'), message.execute(''), message.sync()],
  () => [message.describeStatement(''), message.sync()],
  () => [message.closeStatement(''), message.sync()],
  // Errors in each phase, with messages behind them that are skipped.
  () => [message.parse('', 'selec'), message.bind('', '', '1'), message.execute(''), message.sync()],
  () => [message.parse('', 'select $1::int'), message.bind('', '', 'x'), message.execute(''), message.sync()],
  () => [
    message.parse('', 'select 1 / n from generate_series(1, 0, -1) n'),
    message.bind('', ''),
    message.execute(''),
    message.parse('', 'select 5'),
    message.sync(),
  ],
  // A portal in pieces, and one that outlives its Sync in a transaction.
  () => [
    message.parse('', 'select generate_series(1, 5)'),
    message.bind('part', ''),
    message.execute('part', 2),
    message.execute('part', 2),
    message.sync(),
  ],
  () => [message.execute('part', 1), message.sync()],
  () => [message.sync()],
  () => [message.flush(), message.sync()],
  () => [message.parse('', 'begin'), message.bind('', ''), message.execute(''), message.sync()],
  () => [message.parse('', 'commit'), message.bind('', ''), message.execute(''), message.sync()],
];

const statement = (text: string, ...values: string[]) => [
  message.parse('', text),
  message.bind('', '', ...values),
  message.describePortal(''),
  message.execute(''),
];

/** Several statements with one Sync, which leave the session outside a transaction, in a failed one, or in an open one. */
const BATCHES: readonly Action[] = [
  ['begin', 'insert into owned values ($client, 40)', 'select count(*) from owned where client = $client', 'commit'],
  [
    'begin',
    'insert into owned values ($client, 41)',
    'select 1 / 0',
    'delete from owned where client = $client',
    'commit',
  ],
  ['begin isolation level nonsense', 'insert into owned values ($client, 42)', 'commit'],
  ['begin', 'insert into owned select $client, count(*) + 50 from owned where client = $client'],
  ['select count(*) from owned where client = $client', 'commit'],
  ['insert into owned values ($client, 43)', 'insert into owned values ($client, 43)'],
  ['commit', 'begin', 'select 7', 'rollback', 'select 8'],
].map((texts) => (client) => [
  ...texts.flatMap((text) => statement(text.replaceAll('$client', String(client)))),
  message.sync(),
]);

const NAMED: readonly Action[] = ['a', 'b'].flatMap((name): Action[] => [
  () => [message.parse(name, `select '${name}' || $1`), message.sync()],
  () => [message.parse(name, 'select $1::int * 2'), message.describeStatement(name), message.sync()],
  () => [message.parse(name, 'selec'), message.sync()],
  () => [message.bind('', name, '3'), message.execute(''), message.sync()],
  () => [message.describeStatement(name), message.sync()],
  () => [message.closeStatement(name), message.sync()],
  () => [message.parse('', 'selec'), message.closeStatement(name), message.parse(name, 'select 1'), message.sync()],
]);

const COPY: readonly Action[] = [
  (client) => [
    message.query('copy owned from stdin'),
    message.copyData(`${client}\t20\n`),
    message.copyData(`${client}\t21\n`),
    message.copyDone(),
  ],
  (client) => [message.query('copy owned from stdin'), message.copyData(`${client}\tx\n`), message.copyDone()],
  () => [message.query('copy owned from stdin'), message.copyFail('enough')],
  (client) => [message.query(`copy (select * from owned where client = ${client} order by value) to stdout`)],
  () => [message.copyData('nobody asked'), message.copyDone()],
];

/** State that only a pinned session keeps. */
const PINNING: readonly Action[] = [
  query("set my.setting = 'mine $client'"),
  query("select current_setting('my.setting', true)"),
  query('reset all'),
  query('prepare p as select $client'),
  query('execute p'),
  query('deallocate all'),
  query('create temp table mine (value int)'),
  query('insert into mine values ($client)'),
  query('select count(*) from mine'),
  query('discard all'),
  query('declare c cursor with hold for select $client'),
  query('fetch c'),
  query("select set_config('my.setting', 'local', true)"),
  query('listen nobody'),
];

export interface ProgramOptions {
  /** False for connections of which there are fewer than clients: a pinned session would keep one for good. */
  mayPin: boolean;
  /** False where a client could wait for a connection that another holds until its next step. */
  mayWait: boolean;
}

const MAX_CLIENTS = 8;

export function programs({ mayPin, mayWait }: ProgramOptions): fc.Arbitrary<Program> {
  const actions = [SIMPLE, EXTENDED, BATCHES, NAMED, COPY, ...(mayPin ? [PINNING] : [])];
  const action = fc.oneof(...actions.map((group) => fc.constantFrom(...group)));
  return fc.integer({ min: 1, max: MAX_CLIENTS }).chain((clientCount) =>
    fc
      .array(
        fc.record({
          client: fc.nat(clientCount - 1),
          action,
          waits: mayWait ? fc.boolean() : fc.constant(false),
        }),
        { minLength: 1, maxLength: 60 },
      )
      .map((steps) => ({
        clientCount,
        steps: [
          ...steps.map((step) => ({ client: step.client, messages: step.action(step.client), waits: step.waits })),
          // A session in a transaction ends it, so that the one that waits for the connection gets it.
          ...Array.from({ length: clientCount }, (_, client) => ({
            client,
            messages: [message.query('rollback')],
            waits: false,
          })),
        ],
      })),
  );
}

/** Runs a program. @returns what each client was answered, in order */
export async function run(
  { clientCount, steps }: Program,
  connect: () => Promise<RawClient>,
): Promise<BackendMessage[][]> {
  const clients: RawClient[] = [];
  for (let index = 0; index < clientCount; index += 1) clients.push(await connect());
  const expected = clients.map(({ readyCount }) => readyCount);
  const destroyAll = () => {
    for (const client of clients) client.destroy();
  };
  const stuck = setTimeout(destroyAll, PATIENCE_MILLIS);
  try {
    for (const { client: index, messages, waits } of steps) {
      const client = clients[index];
      if (client === undefined) throw new Error(`The program has no client ${index}.`);
      client.send(...messages);
      expected[index] =
        (expected[index] ?? 0) + messages.filter((bytes) => /^[QSF]/.test(bytes.toString('latin1', 0, 1))).length;
      if (waits) await client.untilReady(expected[index]);
    }
    await Promise.all(clients.map((client, index) => client.untilReady(expected[index] ?? 0)));
    return clients.map(({ answers }) => answers.map(withoutServerNames));
  } finally {
    clearTimeout(stuck);
    destroyAll();
  }
}

/** The proxy has names of its own for statements that share connections; an error may show one. */
function withoutServerNames({ type, text }: BackendMessage): BackendMessage {
  return { type, text: text.replace(/prepared statement "\w+" already exists/, 'prepared statement already exists') };
}
