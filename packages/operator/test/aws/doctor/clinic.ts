/** Makes accounts in moto, changes them, and has the doctor examine them, through an endpoint that writes down what is asked. */
import { openReader } from '../../../src/aws/reader.js';
import { DOCTOR_READS } from '../../../src/doctor/doctor-reads.js';
import { examine } from '../../../src/doctor/examine.js';
import type { DoctorReport } from '../../../src/doctor/report.js';
import { type Access, signIn } from '../accounts.js';
import { type Moto, startMoto } from '../moto.js';
import { openRecordingEndpoint, type RecordedRequest, type RecordingEndpoint } from '../recording-endpoint.js';
import { type BuiltAccount, buildAccount, type Clients, openClients } from './build-account.js';
import type { Recipe } from './recipe.js';
import { type StandIns, standIn } from './what-moto-lacks.js';

export const ACCOUNT = '111122223333';
export const REGION = 'eu-west-1';
const NOW = new Date('2026-11-27T00:00:00Z');
const INSTALLED = { '@aws-amplify/backend-cli': '1.10.0', '@aws-cdk/toolkit-lib': '1.43.0', graphql: '15.11.0' };

/** What is done to a healthy account. */
export interface Treatment {
  /** Another recipe: for what moto can only make, and not change. */
  readonly recipe?: Partial<Recipe>;
  /** A change by AWS's own API. */
  readonly change?: (clients: Clients, account: BuiltAccount) => Promise<unknown>;
  /** Another answer than moto's. */
  readonly standIns?: StandIns;
  readonly rewrite?: (request: RecordedRequest, body: string) => string;
  readonly installed?: Readonly<Record<string, string>>;
}

export interface Clinic {
  examine(recipe: Recipe, treatment?: Treatment): Promise<DoctorReport>;
  /** The reads of the last examination. */
  asked(): readonly string[];
  readonly endpoint: RecordingEndpoint;
  readonly access: Access;
  reset(): Promise<void>;
  discharge(): Promise<void>;
  close(): Promise<void>;
}

/** @param motoServer the program moto_server */
export async function openClinic(motoServer: string): Promise<Clinic> {
  const moto: Moto = await startMoto(motoServer);
  let endpoint: RecordingEndpoint | undefined;
  let access: Access | undefined;
  const opened = () => {
    if (endpoint === undefined || access === undefined) throw new Error('reset() comes first.');
    return { endpoint, access };
  };
  return {
    async reset() {
      await moto.reset();
      access = await signIn(ACCOUNT, moto.url, REGION);
      endpoint = await openRecordingEndpoint(moto.url);
    },
    async examine(healthy, treatment = {}) {
      const current = opened();
      const recipe = { ...healthy, ...treatment.recipe };
      const clients = openClients(current.access);
      const account = await buildAccount(clients, ACCOUNT, REGION, recipe);
      await treatment.change?.(clients, account);
      standIn(current.endpoint, account, recipe, treatment.standIns ?? {});
      if (treatment.rewrite !== undefined) current.endpoint.rewrite(treatment.rewrite);
      const { credentials } = current.access;
      const reader = openReader(DOCTOR_READS, { region: REGION, endpoint: current.endpoint.url, credentials });
      try {
        return await examine(reader, {
          environment: account.environment,
          deployment: { environment: 'main' },
          now: NOW,
          installed: treatment.installed ?? INSTALLED,
        });
      } finally {
        reader.close();
      }
    },
    asked: () => opened().endpoint.requests.map(readName),
    get endpoint() {
      return opened().endpoint;
    },
    get access() {
      return opened().access;
    },
    discharge: async () => endpoint?.close(),
    close: () => moto.stop(),
  };
}

/** The names that requests sign for differ from those of IAM. */
const SERVICES: Readonly<Record<string, string>> = { monitoring: 'cloudwatch' };

/** Lambda's operations are paths. */
const LAMBDA_PATHS: readonly (readonly [RegExp, string])[] = [
  [/\/account-settings$/, 'lambda:GetAccountSettings'],
  [/\/configuration$/, 'lambda:GetFunctionConfiguration'],
  [/\/concurrency$/, 'lambda:GetFunctionConcurrency'],
];

function readName({ service, action, path }: RecordedRequest): string {
  if (service === 'lambda')
    return LAMBDA_PATHS.find(([pattern]) => pattern.test(path))?.[1] ?? `lambda:${action} ${path}`;
  return `${SERVICES[service] ?? service}:${action}`;
}
