import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environments } from '@vpc-postgres/testing/app/amplify/environments.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Environment } from '../../../src/configuration/environment.js';
import type { NetworkReport } from '../../../src/network/network-report.js';
import { readSynthReport, renderSynthReport } from '../../../src/synth/synth-report.js';

const DEPLOYMENT = { environment: 'main', type: 'branch', account: '111122223333', region: 'eu-west-1' };

const network: NetworkReport = {
  rulesToAdd: [
    {
      securityGroupId: 'sg-0bbbbbbbbbbbbbbbb',
      direction: 'egress',
      protocol: 'tcp',
      port: 5432,
      peer: 'sg-0d1e2f3a4b5c60798',
      description: 'Functions to RDS Proxy',
    },
    {
      securityGroupId: 'sg-0d1e2f3a4b5c60798',
      direction: 'ingress',
      protocol: 'tcp',
      port: 5432,
      peer: 'output FunctionSecurityGroupId',
      description: 'Functions to RDS Proxy',
    },
  ],
  zoneCount: 2,
};

/** Behind a proxy that exists. */
const environment = environments.example as Environment;

const violation = (ruleName: string, severity: string) => ({
  ruleName,
  severity,
  description: `${ruleName} is broken.`,
  suggestedFix: `mend ${ruleName}`,
  violatingConstructs: [{ constructPath: 'amplify-app/function/orders-api' }],
});

let assembly: string;
beforeEach(() => {
  assembly = mkdtempSync(join(tmpdir(), 'synth-report-'));
});
afterEach(() => rmSync(assembly, { recursive: true }));

function write(file: string, content: object): void {
  writeFileSync(join(assembly, file), JSON.stringify(content));
}

function read() {
  return readSynthReport(assembly, DEPLOYMENT, environment);
}

const render = () => renderSynthReport(read(), (path) => path.slice(assembly.length + 1), false);

describe('a synthesis without findings', () => {
  beforeEach(() => {
    write('amplify-app.template.json', { Resources: { a: {}, b: {} } });
    const endpoint = {
      Type: 'AWS::EC2::VPCEndpoint',
      Properties: { VpcEndpointType: 'Interface', ServiceName: 'com.amazonaws.eu-west-1.ssm', SubnetIds: ['subnet-a'] },
    };
    const Metadata = { NetworkReport: JSON.stringify(network) };
    write('network.nested.template.json', { Resources: { endpoint }, Metadata });
  });

  test('is its templates, what a month costs beside other choices, and the rules that others must add', () => {
    expect(render()).toBe(`Nothing was deployed. Resources in each template:

    2  amplify-app.template.json
    1  network.nested.template.json

The first deployment takes up to 11 minutes (VPC endpoints 3); later ones less.

A month, in USD at the list prices of us-east-1:

      7.30  interface endpoint of ssm in 1 zone, and 0.01 for each GB
    ------
      7.30  together

  eu-west-1 is not in the list. Its prices differ from those of us-east-1 by up to a half.
  Not counted: the existing proxy and its database: their owner pays for them.
  Not counted: data transfer, AppSync, Cognito, Amplify Hosting, alarms, free tiers, taxes.
  What is assumed, and how old the prices are: packages/backend/docs/costs.md

What other choices would change a month by:

      0.00  egress over IPv6, to what answers there: network.egress { kind: 'ipv6' }
    +14.60  an interface endpoint in 2 zones, for each service: network.egress { kind: 'endpoints' }
    +36.50  a NAT gateway, where the VPC has none: network.egress { kind: 'nat' }

Rules that the owners of these security groups must add (--json prints them as data):

  sg-0bbbbbbbbbbbbbbbb  out to sg-0d1e2f3a4b5c60798, tcp 5432  (Functions to RDS Proxy)
  sg-0d1e2f3a4b5c60798  in from output FunctionSecurityGroupId, tcp 5432  (Functions to RDS Proxy)

  An \`out to\` rule is there already where the group allows everything out, as a new group does.`);
  });

  test('says how long the first deployment takes, and which limit of Amplify Hosting is too short for it', () => {
    const types = ['AWS::RDS::DBInstance', 'AWS::RDS::DBProxy', 'AWS::EC2::VPCEndpoint', 'AWS::EC2::VPCEndpoint'];
    const Resources = Object.fromEntries(types.map((Type, index) => [`r${index}`, { Type }]));
    write('network.nested.template.json', { Resources });

    expect(
      render(),
    ).toContain(`The first deployment takes up to 41 minutes (VPC endpoints 3, a database 20, an RDS Proxy 10); later ones less.

  Amplify Hosting ends a build after 30 minutes. Before the first one set the environment variable
  _BUILD_TIMEOUT to 60 in the console of the app, under Hosting, Environment variables.`);
    // Nobody but Hosting has that limit.
    const standalone = readSynthReport(assembly, { ...DEPLOYMENT, type: 'standalone' }, environment);
    expect(renderSynthReport(standalone, String, false)).not.toContain('_BUILD_TIMEOUT');
  });

  test('is data too', () => {
    expect(read()).toMatchObject({
      ...DEPLOYMENT,
      network,
      monthlyCost: { pricesOf: 'us-east-1', totalUsd: 7.3 },
      findings: [],
      acknowledged: [],
    });
  });
});

describe('a refused synthesis', () => {
  test('says what is wrong, the fix and where, and nothing of templates', () => {
    write('amplify-app.template.json', { Resources: {} });
    write('validation-report.json', {
      pluginReports: [
        { pluginName: 'Guardrails', violations: [violation('one-zone', 'error'), violation('stale', 'warning')] },
        { pluginName: 'CloudFormation Validate', violations: [violation('E3002', 'fatal')] },
      ],
    });

    expect(render()).toBe(`Refused

  one-zone
    problem  one-zone is broken.
    fix      mend one-zone
    where    amplify-app/function/orders-api

  CloudFormation Validate: E3002
    problem  E3002 is broken.
    fix      mend E3002
    where    amplify-app/function/orders-api

Warnings

  stale
    problem  stale is broken.
    fix      mend stale
    where    amplify-app/function/orders-api`);
  });
});

test('what was acknowledged is shown with its reason', () => {
  write('amplify-app.template.json', { Resources: {} });
  write('validation-report.json', {
    pluginReports: [
      {
        pluginName: 'Guardrails',
        violations: [],
        suppressedViolations: [{ ...violation('one-zone', 'error'), reason: 'The outpost has one zone.' }],
      },
    ],
  });

  expect(render()).toContain('Acknowledged\n\n  one-zone: one-zone is broken.\n    reason   The outpost has one zone.');
});
