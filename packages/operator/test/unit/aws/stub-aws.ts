/** Answers as AWS does, over HTTP, with what a test says; and writes down which operations were asked for. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface StubRequest {
  readonly operation: string;
  readonly parameters: URLSearchParams;
}

export interface StubAnswer {
  readonly status?: number;
  readonly body: string;
  readonly delayMillis?: number;
}

export interface StubAws {
  readonly url: string;
  readonly requests: readonly StubRequest[];
  close(): Promise<void>;
}

/** @param answer For each request in the Query protocol, which EC2, RDS, IAM, STS and CloudFormation speak. */
export async function startStubAws(answer: (request: StubRequest, count: number) => StubAnswer): Promise<StubAws> {
  const requests: StubRequest[] = [];
  const server = createServer(async (incoming, response) => {
    const parameters = new URLSearchParams(await text(incoming));
    const request = { operation: parameters.get('Action') ?? '', parameters };
    requests.push(request);
    const { status = 200, body, delayMillis = 0 } = answer(request, requests.length);
    setTimeout(() => response.writeHead(status, { 'content-type': 'text/xml' }).end(body), delayMillis).unref();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

export const ec2Error = (code: string, message = 'Refused.') =>
  `<Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors><RequestID>1</RequestID></Response>`;

export const vpcPage = (ids: readonly string[], nextToken?: string) =>
  `<DescribeVpcsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><vpcSet>${ids
    .map((id) => `<item><vpcId>${id}</vpcId></item>`)
    .join('')}</vpcSet>${nextToken === undefined ? '' : `<nextToken>${nextToken}</nextToken>`}</DescribeVpcsResponse>`;
