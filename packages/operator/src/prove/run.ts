/** `vpc-postgres prove`: says what it will do and cost, asks, runs the experiments, cleans up, and writes the report. */
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { confirm } from '@clack/prompts';
import { loadEnvironments } from '@vpc-postgres/backend/synth/load-environments.js';
import { CommandError } from '../command-error.js';
import { deployedTarget, findEnvironment } from '../deployed-target.js';
import { LOCAL_CA_FILE, readLocalConnection } from '../local-target.js';
import { parsePort } from '../parse-port.js';
import { textOptions } from '../terminal.js';
import { wrapText } from '../wrap-text.js';
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
  const { columns } = textOptions();
  const { site, region, close } = await openSite(options, env);
  try {
    console.log(describePlan(experiments, site, columns));
    if (!(options.yes || (await ask()))) return false;
    const at = new Date();
    const proved = await prove(site, experiments, ({ id }) => console.log(`… ${id}`));
    const file = options.out ?? `prove-${options.environment}-${at.toISOString().slice(0, 10)}.md`;
    writeFileSync(file, renderProof(proved, { environment: options.environment, region, at }));
    for (const { id, status, observation, reason } of proved) {
      const [text = ''] = (observation?.answer ?? reason ?? '').split('\n', 1);
      console.log([`  ${id}: ${status}`, ...(text === '' ? [] : wrapText(text, columns, '      '))].join('\n'));
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

/** @param columns Of a line. */
export function describePlan(experiments: readonly Experiment[], site: Site, columns: number): string {
  const isLocal = site.kind === 'local';
  const can = experiments.filter((experiment) => whyNot(experiment, site) === undefined);
  const minutes = can.reduce((sum, experiment) => sum + experiment.minutes(site), 0);
  return [
    ...(can.length === 0 ? [] : [`Experiments at ${site.name}:`]),
    ...can.flatMap(({ id, question }) => [`  ${id}`, ...wrapText(question, columns, '      ')]),
    ...describeLacking(experiments, site, columns),
    '',
    ...wrapText(
      isLocal
        ? 'Nothing leaves this machine.'
        : `About ${minutes} minutes. Invokes the functions with a database, opens connections to the proxy, and reads metrics and events. ` +
            'It creates and changes nothing, and writes no row. Costs: under 0.01 USD of requests, and the hours of an instance that runs.',
      columns,
    ),
  ].join('\n');
}

/** Each reason once, behind all that it keeps from running. */
function describeLacking(experiments: readonly Experiment[], site: Site, columns: number): string[] {
  const lacking = experiments.flatMap((experiment) => {
    const reason = whyNot(experiment, site)?.split('\n', 1)[0];
    return reason === undefined ? [] : [{ id: experiment.id, reason }];
  });
  if (lacking.length === 0) return [];
  const reasons = [...new Set(lacking.map(({ reason }) => reason))];
  return [
    '',
    `Cannot run at ${site.name}:`,
    ...reasons.flatMap((reason) => {
      const ids = lacking.filter((one) => one.reason === reason).map(({ id }) => id);
      return [...wrapText(ids.join(', '), columns, '  '), ...wrapText(reason, columns, '      ')];
    }),
  ];
}

async function ask(): Promise<boolean> {
  if (!(process.stdin.isTTY && process.stdout.isTTY)) {
    throw new CommandError('This is no terminal that can be asked. Add --yes to run the experiments.');
  }
  return (await confirm({ message: 'Run them?', initialValue: false })) === true;
}
