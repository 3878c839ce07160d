/**
 * Compares packages/local-stack/src/lambda/bootstrap.ts with AWS's own runtime interface client: the same handlers, in the same execution
 * environment, must come to the same end. Needs the npm registry, and takes about a minute; no part of `npm test`.
 *
 *     node --import tsx packages/local-stack/test/conformance/lambda-runtime.ts
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { bootstrapBuildOptions } from '../../src/lambda/bundle.js';
import { createExecutionEnvironment } from '../../src/lambda/execution-environment.js';
import { FunctionError } from '../../src/lambda/function-error.js';

/** Its engines say Node 22; its JavaScript runs on 20 too. */
const RUNTIME_INTERFACE_CLIENT = 'aws-lambda-ric@4.0.2';

/**
 * The one native part of AWS's client, which needs a C++ toolchain to build: its HTTP client. In its place, these lines.
 * As there, next() waits, and the answers of one invocation are sent before the next one is asked for.
 */
const NATIVE_CLIENT = `
  const base = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2018-06-01/runtime/invocation/';
  let sent = Promise.resolve();
  const post = (path, body) => { sent = fetch(base + path, { method: 'POST', body }).then((answer) => answer.text()); };
  module.exports = {
    async next() {
      await sent;
      const answer = await fetch(base + 'next');
      return { bodyJson: await answer.text(), headers: Object.fromEntries(answer.headers) };
    },
    done: (id, body) => post(id + '/response', body),
    error: (id, body) => post(id + '/error', body),
  };`;

/** Loads a .node file as JavaScript, and then AWS's client. */
const AWS_BOOTSTRAP = `
  import { createRequire } from 'node:module';
  const { _extensions } = createRequire(import.meta.url)('node:module');
  _extensions['.node'] = _extensions['.js'];
  await import('../client/node_modules/aws-lambda-ric/index.mjs');`;

/** Code of a handler module, by what it does. Each is invoked twice. */
const HANDLERS: Readonly<Record<string, string>> = {
  'returns a value': 'export const handler = async (event) => ({ event, text: "schön ☂" });',
  'returns nothing': 'export const handler = async () => {};',
  'returns no promise': 'export const handler = () => 7;',
  'reads the context': `export const handler = async (_, context) => ({
    names: ['functionName', 'functionVersion', 'memoryLimitInMB', 'logGroupName', 'invokedFunctionArn'].map((n) => context[n]),
    hasTime: context.getRemainingTimeInMillis() > 0, hasId: /^[0-9a-f-]{36}$/.test(context.awsRequestId) });`,
  'throws an error': 'export const handler = async () => { throw new TypeError("a defect"); };',
  'throws an error of its own class':
    'class OutOfStock extends Error { name = "OutOfStock" } export const handler = async () => { throw new OutOfStock("none left"); };',
  'throws a string': 'export const handler = async () => { throw "a string"; };',
  'returns what is no JSON': 'export const handler = async () => { const a = {}; a.a = a; return a; };',
  'returns more than 6 MB': 'export const handler = async () => "x".repeat(6_300_000);',
  'throws where nobody catches':
    'export const handler = () => new Promise(() => { setImmediate(() => { throw new RangeError("lost"); }); });',
  'rejects where nobody handles':
    'export const handler = () => new Promise(() => { Promise.reject(new Error("lost")); });',
  'exits with 0': 'export const handler = async () => process.exit(0);',
  'exits with 3': 'export const handler = async () => process.exit(3);',
  'is killed':
    'export const handler = async () => { process.kill(process.pid, "SIGKILL"); await new Promise(() => {}); };',
  'takes too long': 'export const handler = () => new Promise((resolve) => setTimeout(resolve, 60_000));',
  blocks: 'export const handler = async () => { for (;;); };',
  'cannot be loaded': 'throw new RangeError("no settings"); export const handler = async () => {};',
  'exits while it is loaded': 'process.exit(4); export const handler = async () => {};',
  'exports no handler': 'export const other = async () => {};',
  'exports what is no function': 'export const handler = 7;',
  'has a syntax error': 'export const handler = async () => {',
  'imports what is not there': 'import "./missing.mjs"; export const handler = async () => {};',
  'returns a BigInt': 'export const handler = async () => 1n;',
};

const directory = await mkdtemp(join(tmpdir(), 'conformance-'));
try {
  const [ours, theirs] = [join(directory, 'ours'), join(directory, 'theirs')];
  for (const path of [ours, theirs]) await mkdir(path);
  await build(bootstrapBuildOptions(ours));
  await installClient(join(directory, 'client'));
  await writeFile(join(theirs, 'bootstrap.mjs'), AWS_BOOTSTRAP);

  let differences = 0;
  for (const [what, code] of Object.entries(HANDLERS)) {
    const [our, their] = [await outcomes(ours, code), await outcomes(theirs, code)];
    const isSame = our === their;
    if (!isSame) differences += 1;
    console.log(
      `${isSame ? 'same  ' : 'DIFFER'}  a handler that ${what}${isSame ? '' : `\n  ours:   ${our}\n  theirs: ${their}`}`,
    );
  }
  console.log(
    `${Object.keys(HANDLERS).length - differences} of ${Object.keys(HANDLERS).length} alike (${RUNTIME_INTERFACE_CLIENT})`,
  );
  process.exitCode = differences === 0 ? 0 : 1;
} finally {
  await rm(directory, { recursive: true });
}

async function installClient(path: string): Promise<void> {
  await mkdir(path);
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefix', path, RUNTIME_INTERFACE_CLIENT];
  await promisify(execFile)('npm', ['install', ...options]);
  await writeFile(join(path, 'node_modules/aws-lambda-ric/rapid-client.node'), NATIVE_CLIENT);
}

/** What two invocations came to, and the statuses in the log, without what differs from run to run. */
async function outcomes(path: string, code: string): Promise<string> {
  await writeFile(join(path, 'index.mjs'), code);
  const statuses: string[] = [];
  const environment = createExecutionEnvironment({
    name: 'orders-api',
    directory: path,
    environment: {},
    region: 'eu-west-1',
    timeoutSeconds: 1,
    memoryMB: 512,
    onLog: () => {},
    onPlatformLog: (line) => statuses.push(...(/^\w+REPORT|Status: .*/g.exec(line) ?? [])),
  });
  try {
    await environment.initialize();
    const results = [await invoke(), await invoke()];
    const text = JSON.stringify({ results, statuses }).replaceAll(path, 'DIRECTORY');
    return text.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID');
  } finally {
    await environment.stop();
  }

  async function invoke(): Promise<unknown> {
    try {
      return { payload: (await environment.invoke({ a: 1 })).payload };
    } catch (error) {
      if (!(error instanceof FunctionError)) throw error;
      return { errorType: error.errorType, message: error.message };
    }
  }
}
