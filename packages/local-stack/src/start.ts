/** The command line of `npm start`: options, progress, one line for each request, and an orderly end. */
import './forget-postgres-variables.js';

import { resolve } from 'node:path';
import { parseArgs, styleText } from 'node:util';
import { MigrationError } from '@vpc-postgres/lambda/database/migrate/migration-error.js';
import { describeFinding, type RowFinding } from '@vpc-postgres/lambda/database/migrate/row-guard.js';
import { loadLocalApp } from './load-local-app.js';
import { HOW_TO_BEGIN } from './local-app.js';
import { LocalStackError } from './local-stack-error.js';

const HELP = `Usage: npm start [-- OPTIONS]

Runs the backend on this machine, without AWS: AppSync, the Lambda bundle, RDS Proxy (TLS and IAM token required) and
PostgreSQL. Everything listens on loopback only. Ctrl-C ends it all; the data stays.

Options:
  --once            start on free ports and a throwaway folder, write and read one row through the whole path, print
                    one JSON line with the rows and each hop's milliseconds, and end
  --directory DIR   where data, certificates and local credentials are kept (default: .local)
  --concurrency N   execution environments of each Lambda function, 1 to 100 (default: 4)
  --outputs DIR     where amplify_outputs.json is written for a frontend (default: this folder)
  --settings FILE   those of a deployed proxy and database, as npx vpc-postgres replay writes them
  --lambda-log      show each function's log as CloudWatch has it, with START, END and REPORT
  --help            show this text

Environment:
  PORT              HTTP port of the console page, GraphQL and GraphiQL (default: 3000)
  PROXY_PORT        port of the RDS Proxy emulator (default: 6432)`;

const started = performance.now();
const seconds = () => `${((performance.now() - started) / 1000).toFixed(2)} s`;
const colour = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
const style = (kind: 'bold' | 'dim' | 'red', text: string) => (colour ? styleText(kind, text) : text);

try {
  await main();
} catch (error) {
  if (error instanceof LocalStackError) fail(`${error.message} ${error.fix}`);
  if (error instanceof MigrationError) fail(error.message);
  throw error;
}

async function main(): Promise<void> {
  const { once, help, ...options } = readArguments();
  if (help) {
    console.log(HELP);
  } else if (once) {
    // It ends by itself within seconds, and must clean up after itself.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
    const [{ runOnce }, app] = await Promise.all([import('./once.js'), loadLocalApp()]);
    const result = await runOnce(app, (step) => console.error(`${seconds()}  ${step}`));
    console.log(JSON.stringify(result));
    process.exitCode = result.ok ? 0 : 1;
  } else {
    await serve(options);
  }
}

interface ServeOptions {
  directory: string;
  outputs: string;
  /** Execution environments of each Lambda function, at most. */
  concurrency: number;
  /** A file. */
  settings?: string | undefined;
  lambdaLog: boolean;
}

async function serve({ directory, outputs, concurrency, settings, lambdaLog }: ServeOptions): Promise<void> {
  const port = readPort('PORT', 3000);
  const proxyPort = readPort('PROXY_PORT', 6432);
  console.log(style('dim', 'Starting the local stack …'));

  const [
    app,
    { startLocalStack },
    { renderSummary },
    { formatRequest },
    { formatMessage },
    { createProxyEventFormatter },
  ] = await Promise.all([
    loadLocalApp(),
    import('./stack.js'),
    import('./summary.js'),
    import('./format-request.js'),
    import('./format-message.js'),
    import('./format-proxy-event.js'),
  ]);
  const renderProxyEvent = createProxyEventFormatter();
  const { describeOtherVersion, readDeployedSettings } = await import('./deployed-settings.js');
  const deployed = settings === undefined ? undefined : readDeployedSettings(settings);
  const starting = startLocalStack({
    app,
    stateDirectory: directory,
    port,
    proxyPort,
    watch: true,
    sampleData: true,
    outputsDirectory: resolve(outputs),
    onOutputsNote: (note) => console.log(note),
    maxEnvironments: concurrency,
    ...(deployed && { deployed }),
    onProgress: (step) => console.log(`${style('dim', seconds().padStart(7))}  ${step}`),
    onRequest: async (request, invocations) => console.log(await formatRequest(request, invocations, new Date())),
    onBuild: ({ functionName, errors }) =>
      console.log(
        errors.length === 0
          ? style('dim', `${functionName} rebuilt`)
          : style('red', `${functionName} does not build, the last good one stays:\n  ${errors.join('\n  ')}`),
      ),
    onAmplify: (report) =>
      console.log(
        'problem' in report
          ? style('red', `\n${report.problem}\nThe version before is served. Save the file again when it is fixed.\n`)
          : [`Reloaded: ${report.reloaded.join(', ')}`, ...report.warnings].join('\n'),
      ),
    onMigrations: (report) =>
      console.log(
        'problem' in report
          ? style('red', `\n${report.problem}\n`).concat('\n', adviceAfterProblem(directory), '\n')
          : `${style('dim', seconds().padStart(7))}  ${'applied' in report ? describeMigrations(report) : report.waiting}`,
      ),
    // The whole log holds these lines too.
    [lambdaLog ? 'onFunctionLogStream' : 'onFunctionLog']: (functionName: string, line: string) =>
      console.log(`${style('dim', `${functionName} |`)} ${line}`),
    // In full: here, who sees the log sees the rows as well.
    onPostgresLog: (line) => {
      const [, text] = /\] ((?:ERROR|DETAIL|HINT|CONTEXT): .*)/.exec(line) ?? [];
      if (text !== undefined) console.log(`${style('dim', 'postgres |')} ${text}`);
    },
    onMessage: (message) => console.log(style('bold', formatMessage(message))),
    onProxyEvent: (event) => {
      const line = renderProxyEvent(event);
      if (line !== undefined) console.log(style('red', line));
    },
  });
  stopOnSignal(async () => (await starting).stop());
  const stack = await starting;
  console.log(renderSummary({ ...stack, app, stateDirectory: directory }, stack.proxy.pins().length, style));
  const otherVersion = deployed && describeOtherVersion(deployed, stack.postgres.version);
  if (otherVersion !== undefined) console.log(`${otherVersion}\n`);
  console.log(`Ready in ${seconds()}. Ctrl-C ends it all.\n`);
  if (app.operations.length === 0) console.log(`This app has no domain. ${HOW_TO_BEGIN}\n`);
  const { listUnsupported } = await import('./unsupported.js');
  for (const line of listUnsupported(app.environments, stack.amplifyApp())) console.log(`${line}\n`);
}

function adviceAfterProblem(directory: string): string {
  return (
    'The database has not changed. Fix the file and save it: npm start applies it. To apply a file again that was applied,\n' +
    `stop npm start, delete ${directory}/data and start again.`
  );
}

function describeMigrations({
  applied,
  warnings = [],
}: {
  applied: readonly string[];
  warnings?: readonly RowFinding[];
}) {
  const outcome = applied.length === 0 ? 'Migrations are in order' : `Migrations applied: ${applied.join(', ')}`;
  return [outcome, ...warnings.map((warning) => `\nwarning: ${describeFinding(warning)}\n`)].join('\n');
}

function stopOnSignal(stop: () => Promise<void>): void {
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      console.log(style('dim', 'Stopping …'));
      void stop().finally(() => process.exit());
    });
  }
}

function readArguments(): ServeOptions & { once: boolean; help: boolean } {
  try {
    const { values } = parseArgs({
      options: {
        once: { type: 'boolean', default: false },
        directory: { type: 'string', default: '.local' },
        outputs: { type: 'string', default: '.' },
        concurrency: { type: 'string', default: '4' },
        settings: { type: 'string' },
        'lambda-log': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const { concurrency, 'lambda-log': lambdaLog, ...rest } = values;
    if (!/^([1-9]\d?|100)$/.test(concurrency)) {
      throw new Error(`--concurrency is "${concurrency}". Expected a whole number from 1 to 100.`);
    }
    return { ...rest, concurrency: Number(concurrency), lambdaLog };
  } catch (error) {
    return fail(`${(error as Error).message}\n\n${HELP}`);
  }
}

function readPort(name: string, defaultPort: number): number {
  const text = process.env[name] ?? String(defaultPort);
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  return fail(`${name} is "${text}". Expected a port number from 1 to 65535, or 0 for any free one.`);
}

function fail(message: string): never {
  console.error(style('red', message));
  process.exit(1);
}
