/** Runs experiments at a site, one after another: what was seen, what could not run, and what differs from the local stack. */

import { type Experiment, NOTHING_SEEN, type Observation, type Site } from './experiment.js';
import { connectionExperiments } from './experiments/connection.js';
import { functionExperiments } from './experiments/functions.js';
import { pinningExperiments } from './experiments/pinning.js';
import { stackExperiments } from './experiments/stacks.js';

/** Those that take a minute first. */
export const EXPERIMENTS: readonly Experiment[] = [
  ...functionExperiments.slice(0, 1),
  ...connectionExperiments.slice(0, 2),
  ...stackExperiments,
  ...functionExperiments.slice(1),
  ...pinningExperiments,
  ...connectionExperiments.slice(2),
];

export interface ProvedExperiment {
  readonly id: string;
  readonly question: string;
  readonly method: string;
  /** `not run`: something that it needs is missing; `failed`: it ended with an error. Then `reason` says why. */
  readonly status: 'as the local stack' | 'differs' | 'observed' | 'not run' | 'failed';
  readonly local?: string;
  readonly setting?: string;
  readonly observation?: Observation;
  readonly reason?: string;
}

/** Why it cannot run here; nothing when it can. */
export function whyNot({ needs }: Experiment, { lacks }: Pick<Site, 'lacks'>): string | undefined {
  return needs.map((need) => lacks[need]).find((reason) => reason !== undefined);
}

/** Never rejects: an experiment that fails is reported, and the next one runs. */
export async function prove(
  site: Site,
  experiments: readonly Experiment[],
  onStart: (experiment: Experiment) => void = () => {},
): Promise<ProvedExperiment[]> {
  const proved: ProvedExperiment[] = [];
  for (const experiment of experiments) {
    const reason = whyNot(experiment, site);
    if (reason === undefined) onStart(experiment);
    proved.push(
      reason === undefined ? await run(experiment, site) : { ...describe(experiment), status: 'not run', reason },
    );
  }
  return proved;
}

async function run(experiment: Experiment, site: Site): Promise<ProvedExperiment> {
  try {
    const observation = await experiment.run(site);
    return { ...describe(experiment), status: compare(experiment, observation), observation };
  } catch (error) {
    return { ...describe(experiment), status: 'failed', reason: (error as Error).message };
  }
}

function compare({ local }: Experiment, { answer }: Observation): ProvedExperiment['status'] {
  if (local === undefined || answer === NOTHING_SEEN) return 'observed';
  return answer === local ? 'as the local stack' : 'differs';
}

function describe({ id, question, method, local, setting }: Experiment) {
  return { id, question, method, ...(local !== undefined && { local }), ...(setting !== undefined && { setting }) };
}
