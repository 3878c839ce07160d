/**
 * One warm Lambda environment: loads the bundle, finds the connection and the statements of one invocation, and then measures
 * invocations and the same statements, in turns, in one process and on that connection.
 */
import process from 'node:process';
import { pathToFileURL } from 'node:url';

/** V8 compiles what runs often, some hundred invocations later. */
const WARM_UP_ROUNDS = 5;

const [, , bundle, plan] = process.argv;
const { event, bareStatement, rounds, repeats } = JSON.parse(plan);
const { handler, pg } = await import(pathToFileURL(bundle).href);

const context = { awsRequestId: 'warm', getRemainingTimeInMillis: () => 15_000 };
const { client, statements, answer } = await watchOneInvocation();

const pipelined = () => Promise.all(statements.map((statement) => client.query(statement)));
const ways = {
  invocation: () => handler(event, context),
  pipelined,
  // As the function sends them.
  inOneWrite: () => {
    const { stream } = client.connection;
    stream.cork();
    try {
      return pipelined();
    } finally {
      stream.uncork();
    }
  },
  bare: () => client.query(bareStatement),
};
const millis = noMillis();
for (let round = 1 - WARM_UP_ROUNDS; round <= rounds; round += 1) {
  const measured = await measureRound();
  if (round > 0) for (const name of Object.keys(ways)) millis[name].push(measured[name]);
}

const results = await ways.pipelined();
const counts = { pipelined: results.map(({ rowCount }) => rowCount), bare: (await ways.bare()).rowCount };
const report = { answer, statements: statements.map(({ text }) => text), counts, millis };
process.send(report, () => process.exit());

/** @returns what the driver was given, and the client that it was given to */
async function watchOneInvocation() {
  const { query } = pg.Client.prototype;
  const statements = [];
  let client;
  pg.Client.prototype.query = function (statement, ...rest) {
    client = this;
    statements.push({ ...statement });
    return query.call(this, statement, ...rest);
  };
  const answer = await handler(event, context);
  pg.Client.prototype.query = query;
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
