/** Makes accounts in moto, changes them, and has the doctor examine them, through an endpoint that writes down what is asked. */
import { openReader } from '../../../src/aws/reader.js';
import { DOCTOR_READS } from '../../../src/doctor/doctor-reads.js';
import { examine } from '../../../src/doctor/examine.js';
import type { DoctorReport } from '../../../src/doctor/report.js';
import { type Access, signIn } from '../accounts.js';
import { askedReads } from '../asked-reads.js';
import { type Moto, startMoto } from '../moto.js';
import { openRecordingEndpoint, type RecordedRequest, type StandInAnswer } from '../recording-endpoint.js';
import { type BuiltAccount, buildAccount, type Clients, openClients } from './build-account.js';
import type { Recipe } from './recipe.js';
import { type StandIns, standIn } from './what-moto-lacks.js';

export const ACCOUNT = '111122223333';
export const REGION = 'eu-west-1';
/** moto is slower than AWS, and these tests are not about time. */
const PATIENCE_MILLIS = 120_000;
const NOW = new Date('2026-11-27T00:00:00Z');
const INSTALLED = { '@aws-amplify/backend-cli': '1.10.0', '@aws-cdk/toolkit-lib': '1.43.0', graphql: '15.11.0' };

const THROTTLED =
  '<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>Slow down.</Message></Error></Errors></Response>';

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
  /** An answer in moto's place. */
  readonly answer?: (request: RecordedRequest) => StandInAnswer | undefined;
  /** As --secret-keys. @default false */
  readonly secretKeys?: boolean;
  /** Requests that are refused, as IAM refuses. */
  readonly deny?: (request: RecordedRequest) => boolean;
  /** Requests that AWS throttles. */
  readonly throttle?: (request: RecordedRequest) => boolean;
  /** @default - enough for a machine that does much besides */
  readonly budgetMillis?: number;
}

export interface Clinic {
  /** Makes the account anew, unless it is the healthy one that was examined before. */
  examine(recipe: Recipe, treatment?: Treatment): Promise<DoctorReport>;
  /** The reads of the last examination, each once. */
  asked(): readonly string[];
  close(): Promise<void>;
}

/** @param motoServer the program moto_server */
export async function openClinic(motoServer: string): Promise<Clinic> {
  const moto: Moto = await startMoto(motoServer);
  let access: Access = await signIn(ACCOUNT, moto.url, REGION);
  let asked: readonly RecordedRequest[] = [];
  let healthy: { readonly recipe: Recipe; readonly account: BuiltAccount } | undefined;

  async function admit(recipe: Recipe, { recipe: changed, change }: Treatment): Promise<BuiltAccount> {
    const isHealthy = changed === undefined && change === undefined;
    if (isHealthy && healthy?.recipe === recipe) return healthy.account;
    healthy = undefined;
    await moto.reset();
    // moto has forgotten to whom it gave the credentials.
    access = await signIn(ACCOUNT, moto.url, REGION);
    const clients = openClients(access);
    const account = await buildAccount(clients, ACCOUNT, REGION, { ...recipe, ...changed });
    await change?.(clients, account);
    if (isHealthy) healthy = { recipe, account };
    return account;
  }

  return {
    async examine(recipe, treatment = {}) {
      const account = await admit(recipe, treatment);
      const endpoint = await openRecordingEndpoint(moto.url);
      standIn(endpoint, account, { ...recipe, ...treatment.recipe }, treatment.standIns ?? {});
      if (treatment.answer !== undefined) endpoint.answer(treatment.answer);
      if (treatment.rewrite !== undefined) endpoint.rewrite(treatment.rewrite);
      if (treatment.deny !== undefined) endpoint.deny(treatment.deny);
      endpoint.answer((request) =>
        treatment.throttle?.(request) === true ? { status: 503, contentType: 'text/xml', body: THROTTLED } : undefined,
      );
      const options = { region: REGION, endpoint: endpoint.url, credentials: access.credentials };
      const reader = openReader(DOCTOR_READS, {
        ...options,
        budgetMillis: treatment.budgetMillis ?? PATIENCE_MILLIS,
        inspectsSecrets: treatment.secretKeys ?? false,
      });
      try {
        return await examine(reader, {
          environment: account.environment,
          deployment: { environment: 'main' },
          now: NOW,
          secretKeys: treatment.secretKeys ?? false,
          installed: treatment.installed ?? INSTALLED,
        });
      } finally {
        reader.close();
        asked = endpoint.requests;
        await endpoint.close();
      }
    },
    asked: () => askedReads(asked),
    close: () => moto.stop(),
  };
}
