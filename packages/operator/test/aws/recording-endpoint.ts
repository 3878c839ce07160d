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
  /** `DescribeVpcs`; for S3, which names no action, the HTTP method. */
  readonly action: string;
  /** The parameters of a request in the Query protocol (EC2, STS, CloudFormation); otherwise none. */
  readonly parameters: URLSearchParams;
}

export interface RecordingEndpoint {
  readonly url: string;
  readonly requests: readonly RecordedRequest[];
  /** From now on the requests that match are refused, as IAM refuses. */
  deny(matches: (request: RecordedRequest) => boolean): void;
  close(): Promise<void>;
}

const STARTS_A_DEPLOYMENT = /^(CreateStack|CreateChangeSet|UpdateStack)$/;

/** The reason that ampx gives for its failed deployment. */
export const REFUSAL = 'Refused by the test.';

export async function openRecordingEndpoint(moto: string): Promise<RecordingEndpoint> {
  const requests: RecordedRequest[] = [];
  const denials = [({ action }: RecordedRequest) => STARTS_A_DEPLOYMENT.test(action)];
  const server = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const recorded = describe(incoming, body);
    requests.push(recorded);
    if (denials.some((matches) => matches(recorded))) return refuse(incoming, response);
    const { method, headers, url = '/' } = incoming;
    const outgoing = request(new URL(url, moto), { method, headers });
    outgoing.on('error', (error) => response.destroy(error));
    outgoing.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    outgoing.end(body);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    // By its number: the SDK then puts a bucket's name in the path, and not before a host name that does not exist.
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    deny: (matches) => {
      denials.push(matches);
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function describe({ method = '', headers }: IncomingMessage, body: Buffer): RecordedRequest {
  const service = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(headers.authorization ?? '')?.[1] ?? 'unsigned';
  const isQuery = headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
  const parameters = new URLSearchParams(isQuery ? body.toString() : '');
  const target = headers['x-amz-target']?.toString().split('.').at(-1);
  return { service, action: target ?? parameters.get('Action') ?? method, parameters };
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
