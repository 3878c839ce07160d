/** Examines an environment: reads the account, runs the checks. Asks AWS through the reader alone. */
import type { Environment } from '@vpc-postgres/backend/configuration/environment.js';
import type { DeploymentOptions } from '../aws/amplify-stack.js';
import type { Answer, Refusal } from '../aws/answer.js';
import { notSignedIn } from '../aws/not-signed-in.js';
import { CommandError } from '../command-error.js';
import { accountChecks, isRegionOff } from './checks/account.js';
import { CHECK_GROUPS } from './checks/all.js';
import type { AccountReader } from './doctor-reads.js';
import { type Account, type AccountAnswers, factsFrom, type Setting } from './facts.js';
import { type Identity, readAccount, readIdentity } from './read-account.js';
import { type DoctorReport, makeReport } from './report.js';

export interface Examination {
  readonly environment: Environment;
  readonly deployment: DeploymentOptions;
  /** @default - now, for what expires */
  readonly now?: Date;
  /** Whether to read the secrets of the database users, to see which keys they have. @default false */
  readonly secretKeys?: boolean;
  /** Of the packages that are installed in the project. */
  readonly installed: Setting['installed'];
}

/** @throws CommandError when nobody is signed in, or AWS does not answer at all. */
export async function examine(
  reader: AccountReader,
  { environment, deployment, now = new Date(), secretKeys = false, installed }: Examination,
): Promise<DoctorReport> {
  const setting: Setting = { name: deployment.environment, environment, now, installed };
  const identity = await readIdentity(reader);
  const stop = reasonToStop(setting, identity);
  if (stop !== undefined) {
    const facts = factsFrom(setting, identity as AccountAnswers);
    return makeReport(facts, [WITHOUT_BOOTSTRAP], refusalsOf(identity), stop);
  }
  const answers = await readAccount(reader, environment, deployment, identity, secretKeys);
  return makeReport(factsFrom(setting, answers), CHECK_GROUPS, refusalsOf(answers));
}

/** What can be said of the account when it is the wrong one, or its region is off. */
const WITHOUT_BOOTSTRAP = { ...accountChecks, checks: accountChecks.checks.filter(({ id }) => id !== 'bootstrap') };

function reasonToStop({ environment }: Setting, { caller, region }: Identity): string | undefined {
  if (!caller.ok) throw cannotStart(caller.refusal);
  if (caller.value.Account !== environment.account) return 'the credentials are of another account';
  if (!region.ok) return undefined;
  if (region.value === undefined) return 'there is no such region';
  return isRegionOff({ region: region.value }) ? 'the region is off' : undefined;
}

function cannotStart(refusal: Refusal): CommandError {
  const { reason, message } = refusal;
  if (reason === 'not signed in') return notSignedIn(refusal);
  return new CommandError(`AWS did not say whose credentials these are (${reason}): ${message}`);
}

function refusalsOf(answers: Partial<Record<keyof Account, Answer<unknown>>>): Refusal[] {
  return Object.values(answers).flatMap((answer) => (answer.ok ? [] : [answer.refusal]));
}
