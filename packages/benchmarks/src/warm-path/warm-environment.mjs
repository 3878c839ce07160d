/**
 * One warm Lambda environment: loads the bundle, finds the statements of one invocation, and then measures invocations and the
 * same statements, in turns, in one process: as the same batch on the function's connection, and pipelined by pg on one like it.
 */
import process from 'node:process';
import { pathToFileURL } from 'node:url';

/** V8 compiles what runs often, some hundred invocations later. */
const WARM_UP_ROUNDS = 5;

const [, , bundle, plan] = process.argv;
const { event, bareStatement, rounds, repeats } = JSON.parse(plan);
const { handler, pg, Batch } = await import(pathToFileURL(bundle).href);

const context = { awsRequestId: 'warm', getRemainingTimeInMillis: () => 15_000 };
const { client, statements, answer } = await watchOneInvocation();
const { host, port, database, user, password, ssl } = client;
const alone = new pg.Client({ host, port, database, user, password, ssl, pipeline: true });
await alone.connect();

const sendBatch = (to) => new Promise((resolve) => to.query(new Batch(statements, resolve)));
const pipelined = () => Promise.all(statements.map((statement) => alone.query(statement)));
const ways = {
  invocation: () => handler(event, context),
  pipelined,
  // As the function sends them.
  batch: () => sendBatch(client),
  bare: () => alone.query(bareStatement),
};
const millis = noMillis();
for (let round = 1 - WARM_UP_ROUNDS; round <= rounds; round += 1) {
  const measured = await measureRound();
  if (round > 0) for (const name of Object.keys(ways)) millis[name].push(measured[name]);
}

const rowCounts = (results) => results.map(({ rowCount }) => rowCount);
const counts = {
  batch: rowCounts((await ways.batch()).results),
  pipelined: rowCounts(await ways.pipelined()),
  bare: (await ways.bare()).rowCount,
};
const report = { answer, statements: statements.map(({ text }) => text), counts, millis };
process.send(report, () => process.exit());

/** @returns the statements that the driver sent, and the client that sent them */
async function watchOneInvocation() {
  const { query } = pg.Client.prototype;
  const { parse, bind } = pg.Connection.prototype;
  const statements = [];
  let client;
  pg.Client.prototype.query = function (...args) {
    client = this;
    return query.apply(this, args);
  };
  pg.Connection.prototype.parse = function (message, ...rest) {
    statements.push({ text: message.text, queryMode: 'extended' });
    return parse.call(this, message, ...rest);
  };
  pg.Connection.prototype.bind = function (message, ...rest) {
    statements.at(-1).values = [...message.values];
    return bind.call(this, message, ...rest);
  };
  const answer = await handler(event, context);
  pg.Client.prototype.query = query;
  Object.assign(pg.Connection.prototype, { parse, bind });
  return { client, statements, answer };
}

/**
 * The ways take turns with each repeat, so that whatever else the machine does meets them alike; in an order drawn anew, so
 * that none always comes after the same other, whose connection the proxy has just taken back.
 * @returns milliseconds of each repeat, by way
 */
async function measureRound() {
  const measured = noMillis();
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    for (const name of shuffled(Object.keys(ways))) {
      const startedAt = performance.now();
      await ways[name]();
      measured[name].push(performance.now() - startedAt);
    }
  }
  return measured;
}

function shuffled(names) {
  const drawn = names.map((name) => ({ name, at: Math.random() }));
  return drawn.sort((left, right) => left.at - right.at).map(({ name }) => name);
}

function noMillis() {
  return Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
}
