/**
 * Estimates how long CloudFormation takes to create what the templates describe, because Amplify Hosting ends a build that takes
 * longer than its limit, and a deployment with it. AWS promises no times: these are the upper end of what is usual.
 */
import { readFileSync } from 'node:fs';

export interface FirstDeployment {
  /** Of everything, one thing after the other. */
  readonly minutes: number;
  /** What takes longest, in words. */
  readonly parts: readonly string[];
  /** The limit of Hosting's build that is enough, in minutes; absent when Hosting's own is. */
  readonly hostingBuildTimeoutMinutes: number | undefined;
}

/** Users, API, functions with their network interfaces. */
const EVERYTHING_ELSE_MINUTES = 8;

/** Each of them waits for those before it. Several of one type are created at the same time. */
const MINUTES: Readonly<Record<string, { readonly what: string; readonly minutes: number }>> = {
  'AWS::EC2::NatGateway': { what: 'a VPC with NAT gateways', minutes: 4 },
  'AWS::EC2::VPCEndpoint': { what: 'VPC endpoints', minutes: 3 },
  'AWS::RDS::DBInstance': { what: 'a database', minutes: 20 },
  'Custom::BootstrappedDatabase': { what: 'its roles', minutes: 3 },
  'AWS::RDS::DBProxy': { what: 'an RDS Proxy', minutes: 10 },
};

/** Checks and tests of amplify.yml before the deployment, and site/ after it. */
const REST_OF_BUILD_MINUTES = 10;

/** @see https://docs.aws.amazon.com/amplify/latest/userguide/amplify-console-environment-variables.html */
const HOSTING_BUILD_TIMEOUT = { defaultMinutes: 30, stepMinutes: 15 } as const;

/** @param templates The paths of all templates. */
export function estimateFirstDeployment(templates: readonly string[]): FirstDeployment {
  const types = new Set(templates.flatMap(typesIn));
  const slow = Object.entries(MINUTES).flatMap(([type, part]) => (types.has(type) ? [part] : []));
  const minutes = slow.reduce((sum, part) => sum + part.minutes, EVERYTHING_ELSE_MINUTES);
  const { defaultMinutes, stepMinutes } = HOSTING_BUILD_TIMEOUT;
  const build = minutes + REST_OF_BUILD_MINUTES;
  return {
    minutes,
    parts: slow.map((part) => `${part.what} ${part.minutes}`),
    hostingBuildTimeoutMinutes: build > defaultMinutes ? Math.ceil(build / stepMinutes) * stepMinutes : undefined,
  };
}

function typesIn(template: string): string[] {
  const { Resources = {} }: { Resources?: Record<string, { Type: string }> } = JSON.parse(
    readFileSync(template, 'utf8'),
  );
  return Object.values(Resources).map(({ Type }) => Type);
}

/** @param isBranch Whether Amplify Hosting deploys it. */
export function renderFirstDeployment(estimate: FirstDeployment, isBranch: boolean): string {
  const { minutes, parts, hostingBuildTimeoutMinutes } = estimate;
  const list = parts.length === 0 ? '' : ` (${parts.join(', ')})`;
  const text = `The first deployment takes up to ${minutes} minutes${list}; later ones less.`;
  if (!isBranch || hostingBuildTimeoutMinutes === undefined) return text;
  return (
    `${text}\n\n  Amplify Hosting ends a build after ${HOSTING_BUILD_TIMEOUT.defaultMinutes} minutes. Before the first one set the environment variable\n` +
    `  _BUILD_TIMEOUT to ${hostingBuildTimeoutMinutes} in the console of the app, under Hosting, Environment variables.`
  );
}
