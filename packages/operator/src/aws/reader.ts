/**
 * Asks AWS. Every request of the operator tools that read goes through read(), which knows the commands of reads.ts and no
 * other: a write cannot be called. Credentials, profile, region and AWS_ENDPOINT_URL are those of the AWS SDK.
 */
import { setMaxListeners } from 'node:events';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CostExplorerClient } from '@aws-sdk/client-cost-explorer';
import { EC2Client } from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { RDSClient } from '@aws-sdk/client-rds';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient, type STSClientConfig } from '@aws-sdk/client-sts';
import { type Answer, answered, type Refusal, refusalOf } from './answer.js';
import type { Read } from './read.js';
import {
  type Input,
  READS,
  type ReadName,
  type Result,
  SECRET_READS,
  type SecretInput,
  type SecretReadName,
  type SecretResult,
} from './reads.js';

export interface ReaderOptions {
  readonly region: string;
  /** Of the AWS configuration. @default - AWS_PROFILE, or the credentials at hand */
  readonly profile?: string | undefined;
  /** For tests. @default - AWS_ENDPOINT_URL, or AWS itself */
  readonly endpoint?: string | undefined;
  /** For tests. @default - those that the AWS SDK finds */
  readonly credentials?: STSClientConfig['credentials'];
  /** After that nothing more is waited for, in milliseconds. @default 15000 */
  readonly budgetMillis?: number;
  /** Whether inspect() is permitted to read the values of secrets. @default false */
  readonly inspectsSecrets?: boolean;
  /** Called after each answer, with the number of reads that were asked and answered. */
  readonly onProgress?: (progress: { readonly asked: number; readonly answered: number }) => void;
}

/** @typeParam Name The reads that a command declares to need; its IAM policy permits no other. */
export interface Reader<Name extends ReadName = ReadName> {
  readonly region: string;
  /** @returns every item of a list, over all pages; the whole answer otherwise. Never throws what AWS answers. */
  read<N extends Name>(name: N, input: Input<N>): Promise<Answer<Result<N>>>;
  /**
   * Reads the value of a secret, and keeps what `callback` returns alone. The value goes nowhere else: no error, and no message of
   * one, has a part of it.
   * @throws TypeError unless the reader was opened with `inspectsSecrets`
   */
  inspect<N extends SecretReadName, Kept>(
    name: N,
    input: SecretInput<N>,
    callback: (output: SecretResult<N>) => Kept,
  ): Promise<Answer<Kept>>;
  /** The same in another region. */
  in(region: string): Reader<Name>;
  /** Ends its connections. */
  close(): void;
}

/** Below 20 s with the last retry of the SDK, which it does not interrupt. */
const BUDGET_MILLIS = 15_000;
/** The waits between them are 1, 2, 4 and 8 s at most, and longer where AWS throttles. */
const MAX_ATTEMPTS = 5;
const CONNECTION_TIMEOUT_MILLIS = 3_000;
/** For one request, as a share of all the time there is: one that is lost can be asked again. */
const REQUEST_SHARE = 0.5;

interface Client {
  send(command: object, options: { readonly abortSignal: AbortSignal }): Promise<unknown>;
  destroy(): void;
}

/** @param allowed The reads of the command. Any other throws, before AWS is asked. */
export function openReader<Name extends ReadName>(allowed: readonly Name[], options: ReaderOptions): Reader<Name> {
  const deadline = AbortSignal.timeout(options.budgetMillis ?? BUDGET_MILLIS);
  // Each request listens; a run makes about a hundred.
  setMaxListeners(0, deadline);
  const progress = { asked: 0, answered: 0 };
  const open = (region: string): Reader<Name> => {
    const clients = new Map<string, Client>();
    const clientFor = (name: ReadName | SecretReadName) => {
      const service = name.slice(0, name.indexOf(':'));
      const client = clients.get(service) ?? createClient(service, { ...options, region });
      clients.set(service, client);
      return client;
    };
    const others: Reader<Name>[] = [];
    return {
      region,
      async read<N extends Name>(name: N, input: Input<N>) {
        if (!allowed.includes(name)) throw new TypeError(`${name} is not among the reads of this command.`);
        progress.asked += 1;
        const answer = await ask(clientFor(name), name, { ...input }, deadline);
        progress.answered += 1;
        options.onProgress?.({ ...progress });
        return answer as Answer<Result<N>>;
      },
      async inspect(name, input, callback) {
        if (options.inspectsSecrets !== true) throw new TypeError(`${name} is not permitted to this command.`);
        progress.asked += 1;
        const answer = await askSecret(clientFor(name), name, { ...input }, callback, deadline);
        progress.answered += 1;
        options.onProgress?.({ ...progress });
        return answer;
      },
      in(other) {
        const reader = open(other);
        others.push(reader);
        return reader;
      },
      close() {
        for (const client of clients.values()) client.destroy();
        for (const other of others) other.close();
      },
    };
  };
  return open(options.region);
}

async function ask(
  client: Client,
  name: ReadName,
  input: Record<string, unknown>,
  deadline: AbortSignal,
): Promise<Answer<unknown>> {
  const read: Read = READS[name];
  try {
    if (!('items' in read)) return answered(await send(client, new read.command(input), deadline));
    const items: unknown[] = [];
    for (let token: unknown; ; ) {
      const page = { ...input, ...(token !== undefined && { [read.paging.input]: token }) };
      const output = (await send(client, new read.command(page), deadline)) as Record<string, unknown>;
      items.push(...((output[read.items] ?? []) as unknown[]));
      const next = output[read.paging.output];
      // An answer that names itself as the next page would never end.
      if (next === undefined || next === '' || next === token) return answered(items);
      token = next;
    }
  } catch (error) {
    return { ok: false, refusal: refusalFor(name, error, deadline) };
  }
}

async function askSecret<Name extends SecretReadName, Kept>(
  client: Client,
  name: Name,
  input: object,
  callback: (output: SecretResult<Name>) => Kept,
  deadline: AbortSignal,
): Promise<Answer<Kept>> {
  const { command }: Read = SECRET_READS[name];
  try {
    return answered(callback((await send(client, new command(input), deadline)) as SecretResult<Name>));
  } catch (error) {
    const refusal = refusalFor(name, error, deadline);
    // An answer that the SDK cannot parse is quoted in the message of its error.
    if (refusal.reason === 'not permitted') return { ok: false, refusal };
    return { ok: false, refusal: { ...refusal, message: error instanceof Error ? error.name : 'unknown error' } };
  }
}

function refusalFor(name: Refusal['read'], error: unknown, deadline: AbortSignal): Refusal {
  return deadline.aborted
    ? { read: name, reason: 'no answer in time', message: 'AWS did not answer in time.' }
    : refusalOf(name, error);
}

/** The SDK notices an end between two attempts only. */
function send(client: Client, command: object, deadline: AbortSignal): Promise<unknown> {
  deadline.throwIfAborted();
  return new Promise((resolve, reject) => {
    const end = () => reject(deadline.reason);
    deadline.addEventListener('abort', end, { once: true });
    client
      .send(command, { abortSignal: deadline })
      .then(resolve, reject)
      .finally(() => deadline.removeEventListener('abort', end));
  });
}

const CLIENTS = {
  ce: CostExplorerClient,
  cloudformation: CloudFormationClient,
  cloudwatch: CloudWatchClient,
  ec2: EC2Client,
  iam: IAMClient,
  lambda: LambdaClient,
  rds: RDSClient,
  secretsmanager: SecretsManagerClient,
  servicequotas: ServiceQuotasClient,
  ssm: SSMClient,
  sts: STSClient,
};

function createClient(
  service: string,
  { region, profile, endpoint, credentials, budgetMillis = BUDGET_MILLIS }: ReaderOptions,
): Client {
  const Client = CLIENTS[service as keyof typeof CLIENTS] as new (configuration: STSClientConfig) => unknown;
  return new Client({
    region,
    ...(profile !== undefined && { profile }),
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials !== undefined && { credentials }),
    // It slows down by itself when AWS throttles.
    retryMode: 'adaptive',
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MILLIS,
      requestTimeout: budgetMillis * REQUEST_SHARE,
      throwOnRequestTimeout: true,
    },
  }) as Client;
}
