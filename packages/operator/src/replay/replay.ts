/** `vpc-postgres replay`: starts the local stack as the proxy and the database of a deployed environment are set. */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';
import type { Environment } from '@vpc-postgres/backend/configuration/environment.js';
import { loadEnvironments } from '@vpc-postgres/backend/synth/load-environments.js';
import { openReader } from '../aws/reader.js';
import { CommandError } from '../command-error.js';
import { findEnvironment } from '../deployed-target.js';
import { textOptions } from '../terminal.js';
import { wrapText } from '../wrap-text.js';
import { describeRefusals, readDeployed } from './read-deployed.js';
import { REPLAY_READS } from './replay-reads.js';
import { type Replay, type ReplaySettings, toReplay } from './replay-settings.js';

export interface ReplayOptions {
  readonly environment: string;
  readonly appId?: string | undefined;
  readonly identifier?: string | undefined;
  readonly directory: string;
  readonly concurrency?: string | undefined;
  readonly maxConnections?: number | undefined;
  readonly json: boolean;
}

const SETTINGS_FILE = 'deployed-settings.json';

/**
 * @param project The folder that holds amplify/; it is the working directory, too.
 * @param print Called with each text for standard output.
 * @returns the exit code of the local stack; 0 with `json`
 * @throws CommandError, ConfigurationError
 */
export async function replay(project: string, options: ReplayOptions, print: (text: string) => void): Promise<number> {
  const environment = findEnvironment(await loadEnvironments(), options.environment);
  const command = options.json ? undefined : findLocalStack(project);
  const { settings, notTakenOver } = await readReplay(environment, options);
  if (command === undefined) {
    print(JSON.stringify({ ...settings, notTakenOver }, null, 2));
    return 0;
  }
  print(render(environment, settings, notTakenOver, textOptions().columns));
  const directory = resolve(options.directory);
  mkdirSync(directory, { recursive: true });
  const file = join(directory, SETTINGS_FILE);
  writeFileSync(file, `${JSON.stringify(settings, null, 2)}\n`);
  print(`\nThe same again without AWS: npm start -- --settings ${join(options.directory, SETTINGS_FILE)}\n`);
  const concurrency = options.concurrency === undefined ? [] : ['--concurrency', options.concurrency];
  return run([command, 'start', '--directory', options.directory, '--settings', file, ...concurrency]);
}

async function readReplay(environment: Environment, options: ReplayOptions): Promise<Replay> {
  const reader = openReader(REPLAY_READS, { region: environment.region });
  const deployed = await readDeployed(reader, environment, options);
  reader.close();
  const { settings, notTakenOver } = toReplay(options.environment, environment, deployed);
  const { maxConnections } = options;
  return {
    settings: maxConnections === undefined ? settings : { ...settings, pool: { ...settings.pool, maxConnections } },
    notTakenOver: [
      ...describeRefusals(deployed.refusals, environment.region),
      ...notTakenOver.filter((one) => maxConnections === undefined || !one.startsWith('max_connections:')),
    ],
  };
}

/** Among the app's own packages: this one does not depend on it. */
function findLocalStack(project: string): string {
  try {
    const manifest = createRequire(join(project, 'package.json')).resolve('@vpc-postgres/local-stack/package.json');
    return join(dirname(manifest), 'bin/vpc-postgres-local.mjs');
  } catch (cause) {
    throw new CommandError(
      'This app has no local stack. Install it: npm install --save-dev @vpc-postgres/local-stack',
      { cause },
    );
  }
}

const IN_WORDS: Readonly<Record<keyof ReplaySettings['pool'], readonly [what: string, unit: string]>> = {
  connectionBorrowTimeoutSeconds: ['ConnectionBorrowTimeout', ' s'],
  idleClientTimeoutSeconds: ['IdleClientTimeout', ' s'],
  maxConnectionsPercent: ['MaxConnectionsPercent', ' %'],
  maxIdleConnectionsPercent: ['MaxIdleConnectionsPercent', ' %'],
  maxConnections: ['max_connections', ''],
  reservedConnections: ['superuser_reserved_connections', ''],
};

function render(
  { account, region }: Environment,
  { environment, engineVersion, pool, parameters }: ReplaySettings,
  notTakenOver: readonly string[],
  columns: number,
): string {
  const ofPool = Object.entries(IN_WORDS).flatMap(([name, [what, unit]]) => {
    const value = pool[name as keyof typeof pool];
    return value === undefined ? [] : [[what, `${value}${unit}`] as const];
  });
  const rows = [...ofPool, ...Object.entries(parameters)];
  const width = Math.max(0, ...rows.map(([what]) => what.length));
  return [
    `Taken over from ${environment} (account ${account}, ${region}${engineVersion === undefined ? '' : `, PostgreSQL ${engineVersion}`}):`,
    '',
    ...(rows.length === 0 ? ['  nothing'] : rows.map(([what, value]) => `  ${what.padEnd(width)}  ${value}`)),
    '',
    'Not taken over:',
    '',
    ...notTakenOver.flatMap((text) => wrapText(text, columns, '  ')),
  ].join('\n');
}

/** Ends when the local stack has ended: Ctrl-C reaches both, and the stack cleans up. */
function run(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  const forward = (signal: NodeJS.Signals) => child.kill(signal);
  const wait = () => {};
  process.on('SIGINT', wait).on('SIGTERM', forward).on('SIGHUP', forward);
  return new Promise((done, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      process.off('SIGINT', wait).off('SIGTERM', forward).off('SIGHUP', forward);
      done(code ?? 0);
    });
  });
}
