/**
 * What ampx takes for AWS: passes each request on to moto and writes down what was asked. It refuses to create stacks, so
 * that a deployment ends there, after everything that this repository decides.
 */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface RecordedRequest {
  /** As in the request's signature: `ec2`, `sts`, `s3`, … */
  readonly service: string;
  /** `DescribeVpcs`; for S3 and Lambda, which name no action, the HTTP method. */
  readonly action: string;
  /** The body of a request that names its action in a header; otherwise nothing. */
  readonly json: string;
  /** Of the URL. Lambda's names what is asked for. */
  readonly path: string;
  /** The parameters of a request in the Query protocol (EC2, STS, CloudFormation); otherwise none. */
  readonly parameters: URLSearchParams;
}

/** What is answered in moto's place. */
export interface StandInAnswer {
  readonly contentType: string;
  readonly body: string;
  /** @default 200 */
  readonly status?: number;
}

export interface RecordingEndpoint {
  readonly url: string;
  readonly requests: readonly RecordedRequest[];
  /** From now on the requests that match are refused, as IAM refuses. */
  deny(matches: (request: RecordedRequest) => boolean): void;
  /** From now on it answers what moto does not know, or knows otherwise than AWS. The one added last is asked first. */
  answer(standIn: (request: RecordedRequest) => StandInAnswer | undefined): void;
  /** From now on moto's answers are changed on their way. */
  rewrite(change: (request: RecordedRequest, body: string) => string): void;
  close(): Promise<void>;
}

const STARTS_A_DEPLOYMENT = /^(CreateStack|CreateChangeSet|UpdateStack)$/;

/** The reason that ampx gives for its failed deployment. */
export const REFUSAL = 'Refused by the test.';

export async function openRecordingEndpoint(moto: string): Promise<RecordingEndpoint> {
  const requests: RecordedRequest[] = [];
  const denials = [({ action }: RecordedRequest) => STARTS_A_DEPLOYMENT.test(action)];
  const standIns: ((request: RecordedRequest) => StandInAnswer | undefined)[] = [];
  const changes: ((request: RecordedRequest, body: string) => string)[] = [];
  const server = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const recorded = describe(incoming, body);
    requests.push(recorded);
    if (denials.some((matches) => matches(recorded))) return refuse(incoming, response);
    const standIn = standIns.map((answer) => answer(recorded)).find((answer) => answer !== undefined);
    if (standIn !== undefined) {
      response.writeHead(standIn.status ?? 200, { 'content-type': standIn.contentType });
      response.end(standIn.body);
      return;
    }
    const { method, headers, url = '/' } = incoming;
    const outgoing = request(new URL(url, moto), { method, headers });
    outgoing.on('error', (error) => response.destroy(error));
    outgoing.on('response', (answer) => {
      if (changes.length > 0) return void passOnChanged(recorded, answer, response);
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    outgoing.end(body);
  }

  async function passOnChanged(recorded: RecordedRequest, answer: IncomingMessage, response: ServerResponse) {
    const { 'content-length': _, ...headers } = answer.headers;
    const body = changes.reduce((text, change) => change(recorded, text), (await buffer(answer)).toString());
    response.writeHead(answer.statusCode ?? 502, headers);
    response.end(body);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    // By its number: the SDK then puts a bucket's name in the path, and not before a host name that does not exist.
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    deny: (matches) => {
      denials.push(matches);
    },
    answer: (standIn) => {
      standIns.unshift(standIn);
    },
    rewrite: (change) => {
      changes.push(change);
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function describe({ method = '', headers, url = '/' }: IncomingMessage, body: Buffer): RecordedRequest {
  const service = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(headers.authorization ?? '')?.[1] ?? 'unsigned';
  const isQuery = headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
  const parameters = new URLSearchParams(isQuery ? body.toString() : '');
  const target = headers['x-amz-target']?.toString().split('.').at(-1);
  const json = target === undefined ? '' : body.toString();
  return { service, action: target ?? parameters.get('Action') ?? method, parameters, json, path: url };
}

function refuse({ headers }: IncomingMessage, response: ServerResponse): void {
  // A service that names its action in a header speaks JSON.
  if (headers['x-amz-target'] !== undefined) {
    response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify({ __type: 'AccessDeniedException', message: REFUSAL }));
    return;
  }
  response.writeHead(403, { 'content-type': 'text/xml' });
  response.end(
    `<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>${REFUSAL}</Message></Error></ErrorResponse>`,
  );
}
