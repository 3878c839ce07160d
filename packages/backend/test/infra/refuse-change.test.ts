import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { Synthesis } from '@vpc-postgres/testing/support/cloud-assembly.js';
import { withDatabase } from '@vpc-postgres/testing/support/environments.js';
import { branch, synthesize } from '@vpc-postgres/testing/support/synthesize.js';
import { ofType } from '@vpc-postgres/testing/support/templates.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** The function of the custom resource, as it is in the template, answers a server in CloudFormation's place. */
let synthesis: Synthesis;
let server: Server;
let handler: (event: object) => Promise<void>;
const responses: { contentType: string | undefined; body: unknown }[] = [];

beforeAll(async () => {
  synthesis = await synthesize(branch('main'), {
    environments: {
      main: {
        ...withDatabase({ server: { kind: 'new' }, proxy: { kind: 'new', auth: { kind: 'iam' } } }),
        network: { kind: 'new', availabilityZones: ['eu-west-1a', 'eu-west-1b'] },
      },
    },
    bundle: false,
  });
  const exported: { handler?: typeof handler } = {};
  new Function('exports', codeOf(synthesis))(exported);
  handler = exported.handler as typeof handler;
  server = createServer(async (request, response) => {
    responses.push({ contentType: request.headers['content-type'], body: await json(request) });
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => server.close());

function codeOf(from: Synthesis): string {
  const [fn, ...others] = ofType(from, 'AWS::Lambda::Function').filter(({ id }) => id.startsWith('FixedSettings'));
  expect(others).toEqual([]);
  return fn?.properties.Code.ZipFile;
}

async function send(RequestType: string, PhysicalResourceId: string | undefined, settings: Record<string, string>) {
  const Settings = Object.entries(settings).map(([name, value]) => ({ name, value }));
  await handler({
    RequestType,
    PhysicalResourceId,
    ResponseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    ResourceProperties: { Settings, Reason: 'RDS would replace it.' },
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: 'Fixed',
  });
  return responses.at(-1)?.body as { Status: string; Reason: string; PhysicalResourceId: string };
}

describe('a setting that must stay as it is', () => {
  test('is accepted at first, and again as long as it is the same', async () => {
    const created = await send('Create', undefined, { 'database.name': 'orders' });

    expect(created).toEqual({
      Status: 'SUCCESS',
      Reason: 'accepted',
      PhysicalResourceId: 'database.name=orders',
      StackId: 'stack',
      RequestId: 'request',
      LogicalResourceId: 'Fixed',
    });
    expect(await send('Update', created.PhysicalResourceId, { 'database.name': 'orders' })).toEqual(created);
    // A presigned URL of CloudFormation's is signed without one.
    expect(responses.map(({ contentType }) => contentType)).toEqual([undefined, undefined]);
  });

  test('is refused when it changes, with both values and the reason, and the rollback is accepted', async () => {
    const refused = await send('Update', 'database.name=orders', { 'database.name': 'shop' });

    expect(refused).toMatchObject({
      Status: 'FAILED',
      Reason: 'database.name is orders and cannot become shop. RDS would replace it.',
      PhysicalResourceId: 'database.name=orders',
    });
    expect(await send('Update', refused.PhysicalResourceId, { 'database.name': 'orders' })).toMatchObject({
      Status: 'SUCCESS',
      PhysicalResourceId: 'database.name=orders',
    });
  });

  test('can be one that a newer version adds', async () => {
    expect(
      await send('Update', 'network.cidr=10.0.0.0/16', { 'network.cidr': '10.0.0.0/16', zones: 'a,b' }),
    ).toMatchObject({
      Status: 'SUCCESS',
      PhysicalResourceId: 'network.cidr=10.0.0.0/16;zones=a,b',
    });
  });

  test('does not hinder the deletion', async () => {
    expect(await send('Delete', 'database.name=orders', { 'database.name': 'shop' })).toMatchObject({
      Status: 'SUCCESS',
      PhysicalResourceId: 'database.name=orders',
    });
  });
});

test('a created VPC and each of its subnets wait for the check of range and zones', () => {
  const check = ofType(synthesis, 'Custom::FixedSettings').find(({ id }) => id.startsWith('FixedVpcSettings'));

  expect(check?.properties.Settings).toEqual([
    { name: 'network.cidr', value: '10.0.0.0/16' },
    { name: 'network.availabilityZones', value: 'eu-west-1a,eu-west-1b' },
  ]);
  const resources = [...ofType(synthesis, 'AWS::EC2::VPC'), ...ofType(synthesis, 'AWS::EC2::Subnet')];
  expect(resources).toHaveLength(3);
  for (const { id, dependsOn } of resources) expect(dependsOn, id).toContain(check?.id);
});
