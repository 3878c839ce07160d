/**
 * Runs in a process of its own, as Lambda's Node.js runtime does: imports the handler, asks the Runtime API for events,
 * and answers. It is bundled into bootstrap.mjs and imports nothing but Node.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
import http from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

type Handler = (event: unknown, context: object) => Promise<unknown>;

const API = '/2018-06-01/runtime';
const [hostname, port] = requiredVariable('AWS_LAMBDA_RUNTIME_API').split(':');
const agent = new http.Agent({ keepAlive: true });

const handler = await initialize();
for (;;) await serveOneInvocation(handler);

async function initialize(): Promise<Handler> {
  try {
    const [file, name] = requiredVariable('_HANDLER').split('.');
    const module: Record<string, unknown> = await import(
      pathToFileURL(join(requiredVariable('LAMBDA_TASK_ROOT'), `${file}.mjs`)).href
    );
    const exported = module[name ?? ''];
    if (typeof exported === 'function') return exported as Handler;
    const problem = exported === undefined ? 'undefined or not exported' : 'not a function';
    throw errorNamed('Runtime.HandlerNotFound', `${file}.${name} is ${problem}`);
  } catch (cause) {
    const error = cause instanceof SyntaxError ? errorNamed('Runtime.UserCodeSyntaxError', String(cause)) : cause;
    await report('Init Error', 'undefined', `${API}/init/error`, error);
    // Ends the process with status 1, as every error does that nobody catches.
    throw error;
  }
}

async function serveOneInvocation(handle: Handler): Promise<void> {
  const { body, headers } = await call('GET', `${API}/invocation/next`);
  const requestId = String(headers['lambda-runtime-aws-request-id']);
  const deadlineMillis = Number(headers['lambda-runtime-deadline-ms']);
  const clientContext = headers['lambda-runtime-client-context'];
  const context = {
    awsRequestId: requestId,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    invokedFunctionArn: String(headers['lambda-runtime-invoked-function-arn']),
    ...(clientContext !== undefined && { clientContext: JSON.parse(String(clientContext)) }),
    getRemainingTimeInMillis: () => deadlineMillis - Date.now(),
  };
  try {
    const result = stringify(await handle(JSON.parse(body), context));
    await call('POST', `${API}/invocation/${requestId}/response`, result);
  } catch (error) {
    await report('Invoke Error', requestId, `${API}/invocation/${requestId}/error`, error);
  }
}

/** Writes the line that Lambda's runtime writes, and tells the Runtime API. */
async function report(kind: string, requestId: string, path: string, error: unknown): Promise<void> {
  const { errorType, errorMessage, trace } = describe(error);
  const line = JSON.stringify({ errorType, errorMessage, stack: trace });
  process.stderr.write(`${new Date().toISOString()}\t${requestId}\tERROR\t${kind} \t${line}\n`);
  await call('POST', path, JSON.stringify({ errorType, errorMessage, trace }));
}

function stringify(result: unknown): string {
  try {
    return JSON.stringify(result ?? null);
  } catch {
    throw errorNamed('Runtime.JSONStringifyError', 'Unable to stringify response body');
  }
}

function errorNamed(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

function describe(error: unknown): { errorType: string; errorMessage: string; trace: string[] } {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
}

function call(
  method: 'GET' | 'POST',
  path: string,
  body?: string,
): Promise<{ body: string; headers: http.IncomingHttpHeaders }> {
  return new Promise((resolve, reject) => {
    const request = http.request({ hostname, port, agent, method, path }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ body: Buffer.concat(chunks).toString('utf8'), headers: response.headers }));
      response.on('error', reject);
    });
    // The Runtime API is gone: there is nobody left to answer to.
    request.on('error', () => process.exit(0));
    request.end(body);
  });
}

function requiredVariable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: this program is started by the local stack.`);
  return value;
}
