/** `vpc-postgres prove`: says what it will do and cost, asks, runs the experiments, cleans up, and writes the report. */
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { confirm } from '@clack/prompts';
import { loadEnvironments } from '@vpc-postgres/backend/synth/load-environments.js';
import { CommandError } from '../command-error.js';
import { deployedTarget, findEnvironment } from '../deployed-target.js';
import { LOCAL_CA_FILE, readLocalConnection } from '../local-target.js';
import { parsePort } from '../parse-port.js';
import { openAwsSite } from './aws-site.js';
import type { Experiment, Site } from './experiment.js';
import { localSite } from './local-site.js';
import { EXPERIMENTS, prove, whyNot } from './prove.js';
import { renderProof } from './report.js';

export interface ProveOptions {
  /** Of amplify/environments.ts, or `local`: what npm start runs. */
  readonly environment: string;
  readonly appId?: string | undefined;
  readonly identifier?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: string | undefined;
  readonly instance?: string | undefined;
  readonly caFile?: string | undefined;
  /** Of the local stack. */
  readonly console: string;
  /** The ids to run. @default - all */
  readonly only?: readonly string[] | undefined;
  readonly yes: boolean;
  /** @default - prove-ENVIRONMENT-DATE.md */
  readonly out?: string | undefined;
}

/**
 * @param env Of this process, for the plugin of Session Manager.
 * @returns whether something differs from the local stack, or failed
 */
export async function runProve(options: ProveOptions, env: NodeJS.ProcessEnv): Promise<boolean> {
  const experiments = choose(options.only);
  const { site, region, close } = await openSite(options, env);
  try {
    console.log(describePlan(experiments, site));
    if (!(options.yes || (await ask()))) return false;
    const at = new Date();
    const proved = await prove(site, experiments, ({ id }) => console.log(`… ${id}`));
    const file = options.out ?? `prove-${options.environment}-${at.toISOString().slice(0, 10)}.md`;
    writeFileSync(file, renderProof(proved, { environment: options.environment, region, at }));
    for (const { id, status, observation, reason } of proved) {
      console.log(
        `${id}: ${status}${observation ? `: ${observation.answer}` : ''}${reason ? `: ${reason.split('\n', 1)[0]}` : ''}`,
      );
    }
    console.log(`Written to ${file}.`);
    return proved.some(({ status }) => status === 'differs' || status === 'failed');
  } finally {
    await close();
  }
}

function choose(only: readonly string[] | undefined): readonly Experiment[] {
  if (only === undefined) return EXPERIMENTS;
  const unknown = only.filter((id) => !EXPERIMENTS.some((experiment) => experiment.id === id));
  if (unknown.length === 0) return EXPERIMENTS.filter(({ id }) => only.includes(id));
  throw new CommandError(
    `--only has ${unknown.join(', ')}. Expected some of: ${EXPERIMENTS.map(({ id }) => id).join(', ')}.`,
  );
}

async function openSite(
  options: ProveOptions,
  env: NodeJS.ProcessEnv,
): Promise<{ site: Site; region: string; close(): Promise<void> }> {
  if (options.environment === 'local') {
    const connection = await readLocalConnection();
    const site = localSite({ connection, caFile: options.caFile ?? LOCAL_CA_FILE, consoleUrl: options.console });
    return { site, region: connection.region, close: async () => undefined };
  }
  const environments = await loadEnvironments();
  const environment = findEnvironment(environments, options.environment);
  const target = deployedTarget(environments, options.environment, {
    ...(options.host !== undefined && { host: options.host }),
    ...(options.port !== undefined && { port: parsePort('--port', options.port) }),
  });
  const { instance, caFile } = options;
  const site = await openAwsSite({ environment, deployment: options, target, instance, caFile, env });
  return { site, region: environment.region, close: () => site.close() };
}

export function describePlan(experiments: readonly Experiment[], site: Site): string {
  const isLocal = site.kind === 'local';
  const can = experiments.filter((experiment) => whyNot(experiment, site) === undefined);
  const minutes = can.reduce((sum, experiment) => sum + experiment.minutes(site), 0);
  return [
    `Experiments at ${site.name}:`,
    ...experiments.map((experiment) => {
      const reason = whyNot(experiment, site);
      const state = reason === undefined ? '' : `\n      cannot run: ${reason.split('\n', 1)[0]}`;
      return `  ${experiment.id}  ${experiment.question}${state}`;
    }),
    isLocal
      ? 'Nothing leaves this machine.'
      : `About ${minutes} minutes. Invokes the functions with a database, opens connections to the proxy, and reads metrics and events. ` +
        'It creates and changes nothing, and writes no row. Costs: under 0.01 USD of requests, and the hours of an instance that runs.',
  ].join('\n');
}

async function ask(): Promise<boolean> {
  if (!(process.stdin.isTTY && process.stdout.isTTY)) {
    throw new CommandError('This is no terminal that can be asked. Add --yes to run the experiments.');
  }
  return (await confirm({ message: 'Run them?', initialValue: false })) === true;
}
