/** `vpc-postgres doctor`: which part of the way from the functions to the database is wrong, and what to do. Changes nothing. */
import process from 'node:process';
import { chooseEnvironment } from '@vpc-postgres/backend/configuration/choose-environment.js';
import type { Environment } from '@vpc-postgres/backend/configuration/environment.js';
import { loadEnvironments } from '@vpc-postgres/backend/synth/load-environments.js';
import { policyFor } from '../aws/policy.js';
import { openReader } from '../aws/reader.js';
import { isInOrder } from '../inside/ask.js';
import { lookAtEnvironment } from '../inside/look-at-environment.js';
import { renderInside } from '../inside/render.js';
import { withProgress } from '../progress.js';
import { textOptions } from '../terminal.js';
import { DOCTOR_READS } from './doctor-reads.js';
import { examine } from './examine.js';
import { readInstalledPackages } from './installed-packages.js';
import { renderReport } from './render.js';
import { findSecretStatements } from './secret-policy.js';

export interface DoctorOptions {
  readonly environment: string;
  /** Of a branch: the id of the app in Amplify Hosting. @default - that of the only app with such a branch */
  readonly appId?: string | undefined;
  /** Of a sandbox. @default - the user's name */
  readonly identifier?: string | undefined;
  /** Of the AWS configuration. @default - the credentials at hand */
  readonly profile?: string | undefined;
  readonly json: boolean;
  /** Also reads the secrets of the database users, to see which keys they have. */
  readonly secretKeys: boolean;
  /** Also asks the deployed functions, which is no read. */
  readonly fromInside: boolean;
}

const WIDEST = 120;

export interface DoctorResult {
  /** To print. */
  readonly report: string;
  readonly foundProblems: boolean;
}

/** @throws ConfigurationError or CommandError when it could not run. */
export async function runDoctor(options: DoctorOptions): Promise<DoctorResult> {
  const { environment: name } = options;
  const environment = await loadEnvironment(name);
  const report = await withProgress(
    `Reading account ${environment.account}, ${environment.region}`,
    async (onProgress) => {
      const { region } = environment;
      const reader = openReader(DOCTOR_READS, {
        region,
        profile: options.profile,
        inspectsSecrets: options.secretKeys,
        onProgress,
      });
      try {
        return await examine(reader, {
          environment,
          deployment: options,
          secretKeys: options.secretKeys,
          installed: readInstalledPackages(process.cwd()),
        });
      } finally {
        reader.close();
      }
    },
  );
  // Of another account, or before a deployment, there is nothing to ask.
  const inside =
    options.fromInside && report.stoppedBecause === undefined
      ? await withProgress('Asking the functions', () =>
          lookAtEnvironment(options, { region: environment.region, profile: options.profile }),
        )
      : undefined;
  const { columns, colour } = textOptions();
  const paper = { width: Math.min(columns, WIDEST), colour, keepsDetails: process.stdout.isTTY !== true };
  return {
    report: options.json
      ? JSON.stringify({ ...report, ...(inside && { fromInside: inside.functions }) }, null, 2)
      : [renderReport(report, paper), ...(inside ? [`\nFrom inside\n\n${renderInside(inside, paper)}`] : [])].join(
          '\n',
        ),
    foundProblems: report.summary.problems > 0 || (inside !== undefined && !isInOrder(inside)),
  };
}

async function loadEnvironment(name: string): Promise<Environment> {
  const type = name === 'sandbox' ? 'sandbox' : 'branch';
  const anywhere = { account: undefined, region: undefined };
  return chooseEnvironment(await loadEnvironments(), { type, name, namespace: '' }, anywhere);
}

/**
 * The IAM policy that the doctor needs, and no more, as JSON.
 * @param name Of the environment, whose region says in which partition of AWS it is. @default - the partition of most regions,
 *   `aws`
 * @throws CommandError with --secret-keys, when AWS does not say which secrets these are
 */
export async function doctorPolicy(
  name: string | undefined,
  options: Pick<DoctorOptions, 'secretKeys' | 'profile' | 'appId' | 'identifier'>,
): Promise<string> {
  const environment = name === undefined ? undefined : await loadEnvironment(name);
  const secrets =
    options.secretKeys && environment !== undefined && name !== undefined
      ? await findSecretStatements(environment, { ...options, environment: name })
      : [];
  return JSON.stringify(policyFor(DOCTOR_READS, environment?.region, secrets), null, 2);
}
