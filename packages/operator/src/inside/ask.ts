/**
 * Asks deployed functions to look from inside. This is the one call of the operator tools that is no read: it invokes the
 * function. A command makes it only when its flag asks for it.
 */
import { InvokeCommand, LambdaClient, type LambdaClientConfig } from '@aws-sdk/client-lambda';
import { explainAnswer, type FunctionLook, unanswered } from '@vpc-postgres/lambda/database/look/explain.js';
import { lookQuestion } from '@vpc-postgres/lambda/database/look/question.js';

/** The IAM action that it takes, on each function. */
export const INSIDE_ACTION = 'lambda:InvokeFunction';

export interface AskOptions {
  readonly region: string;
  /** Of the AWS configuration. @default - AWS_PROFILE, or the credentials at hand */
  readonly profile?: string | undefined;
  /** For tests. @default - AWS_ENDPOINT_URL, or AWS itself */
  readonly endpoint?: string | undefined;
  /** For tests. @default - those that the AWS SDK finds */
  readonly credentials?: LambdaClientConfig['credentials'];
}

export interface InsideReport {
  /** Why no function was asked. */
  readonly problem?: string;
  readonly functions: readonly FunctionLook[];
}

/** A look takes 4 s a hop at most, and a function that must start first some more, in milliseconds. */
const REQUEST_TIMEOUT_MILLIS = 60_000;

/** Never rejects: a function that cannot be asked is reported so. All are asked at once. */
export async function askFunctions(functionNames: readonly string[], options: AskOptions): Promise<InsideReport> {
  const { region, profile, endpoint, credentials } = options;
  const client = new LambdaClient({
    region,
    ...(profile !== undefined && { profile }),
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials !== undefined && { credentials }),
    requestHandler: { requestTimeout: REQUEST_TIMEOUT_MILLIS },
  });
  try {
    return { functions: await Promise.all(functionNames.map((name) => ask(client, name))) };
  } finally {
    client.destroy();
  }
}

/** Whether every function that was asked reaches its database. */
export function isInOrder({ functions, problem }: InsideReport): boolean {
  return problem === undefined && functions.every(({ status }) => status === 'ok');
}

/** The part of a function's configuration that is needed here. */
interface Configuration {
  readonly FunctionName?: string | undefined;
  readonly Environment?: { readonly Variables?: Readonly<Record<string, string>> | undefined } | undefined;
}

/** The functions of a deployment that have a database: all others have nothing to look at. */
export function functionsToAsk(configurations: readonly Configuration[]): string[] {
  return configurations.flatMap(({ FunctionName, Environment }) =>
    FunctionName !== undefined && Environment?.Variables?.DATABASE_HOST !== undefined ? [FunctionName] : [],
  );
}

async function ask(client: LambdaClient, FunctionName: string): Promise<FunctionLook> {
  const context = JSON.stringify(lookQuestion({ sentAt: new Date() }));
  try {
    const { FunctionError, Payload } = await client.send(
      new InvokeCommand({ FunctionName, ClientContext: Buffer.from(context).toString('base64'), Payload: 'null' }),
    );
    const payload: unknown = JSON.parse(Payload?.transformToString() ?? 'null');
    if (FunctionError === undefined) return explainAnswer(FunctionName, payload);
    const { errorType = FunctionError, errorMessage = '' } = payload as { errorType?: string; errorMessage?: string };
    return unanswered(
      FunctionName,
      `The function failed before it could look: ${errorType}: ${firstLine(errorMessage)}`,
    );
  } catch (error) {
    return unanswered(FunctionName, describeRefusal(FunctionName, error as Error));
  }
}

function describeRefusal(functionName: string, { name, message }: Error): string {
  if (/AccessDenied/.test(name)) {
    return `You are not permitted to ask. Needed: ${JSON.stringify({ Effect: 'Allow', Action: INSIDE_ACTION, Resource: `arn:aws:lambda:*:*:function:${functionName}` })}`;
  }
  if (/ResourceNotFound/.test(name)) return 'There is no such function in this account and region.';
  if (/TooManyRequests/.test(name)) return 'Lambda throttled the invocation: no concurrency is left. Ask later.';
  return `The function could not be asked: ${name}: ${firstLine(message)}`;
}

const firstLine = (text: string) => text.split('\n', 1)[0] ?? '';
