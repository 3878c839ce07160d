/**
 * What the doctor knows when it checks: the environment, and the account as AWS describes it, in the SDK's own types. The
 * checks are functions of this alone, so a test can write any account down as data.
 */
import type { Stack, StackResourceSummary } from '@aws-sdk/client-cloudformation';
import type { MetricAlarm } from '@aws-sdk/client-cloudwatch';
import type {
  AvailabilityZone,
  NatGateway,
  NetworkAcl,
  NetworkInterface,
  Region,
  RouteTable,
  SecurityGroup,
  Subnet,
  Vpc,
  VpcEndpoint,
} from '@aws-sdk/client-ec2';
import type { AccountLimit, AccountUsage, FunctionConfiguration } from '@aws-sdk/client-lambda';
import type {
  Certificate,
  DBCluster,
  DBInstance,
  DBProxy,
  DBProxyTarget,
  DBProxyTargetGroup,
  Parameter,
} from '@aws-sdk/client-rds';
import type { DescribeSecretCommandOutput } from '@aws-sdk/client-secrets-manager';
import type { GetCallerIdentityCommandOutput } from '@aws-sdk/client-sts';
import type { Environment } from '@vpc-postgres/backend/configuration/environment.js';
import { type Answer, describeRefusal, type Refusal } from '../aws/answer.js';
import type { SecretKeys } from './secret-keys.js';

/** What needs no answer of AWS. */
export interface Setting {
  /** The environment's name in amplify/environments.ts, or the branch's. */
  readonly name: string;
  readonly environment: Environment;
  readonly now: Date;
  /** Versions of the packages that are installed in the project, by name. */
  readonly installed: Readonly<Record<string, string>>;
}

export interface DeployedFunction {
  readonly configuration: FunctionConfiguration;
  readonly reservedConcurrency: number | undefined;
}

/** Whether a role may log in to a proxy or database as a user, as IAM's simulator says. */
export interface SimulatedLogin {
  /** Of whom: `function orders-api`, `the proxy`. */
  readonly subject: string;
  readonly role: string;
  readonly user: string;
  /** The ARN in rds-db:connect. */
  readonly resource: string;
  readonly decision: string | undefined;
}

export interface Quotas {
  readonly interfacesPerVpc: number;
  readonly proxies: number;
  readonly rulesPerGroup: number;
}

/** What AWS answers. `undefined` is what does not exist. */
export interface Account {
  readonly caller: Pick<GetCallerIdentityCommandOutput, 'Account' | 'Arn'>;
  readonly region: Pick<Region, 'RegionName' | 'OptInStatus'> | undefined;
  readonly bootstrapVersion: string | undefined;
  /** The root stacks that are this deployment: none before the first. */
  readonly stacks: readonly Stack[];
  /** Of the root stack and all below it. */
  readonly resources: readonly StackResourceSummary[];
  /** Those that fit the environment's choice. */
  readonly vpcs: readonly Vpc[];
  readonly vpcDns: { readonly support: boolean; readonly hostnames: boolean };
  readonly zones: readonly AvailabilityZone[];
  readonly subnets: readonly Subnet[];
  readonly routeTables: readonly RouteTable[];
  readonly networkAcls: readonly NetworkAcl[];
  readonly securityGroups: readonly SecurityGroup[];
  readonly endpoints: readonly VpcEndpoint[];
  readonly natGateways: readonly NatGateway[];
  readonly networkInterfaces: readonly NetworkInterface[];
  /** All of the account and region. */
  readonly proxies: readonly DBProxy[];
  readonly targetGroups: readonly DBProxyTargetGroup[];
  readonly targets: readonly DBProxyTarget[];
  /** By ARN. */
  readonly secrets: ReadonlyMap<string, DescribeSecretCommandOutput | undefined>;
  /** Of the values of the secrets what is kept; none where --secret-keys does not ask for it. */
  readonly secretKeys: SecretKeys | undefined;
  readonly instances: readonly DBInstance[];
  readonly clusters: readonly DBCluster[];
  /** Of the database's parameter group. */
  readonly parameters: readonly Parameter[];
  readonly certificates: readonly Certificate[];
  readonly functions: readonly DeployedFunction[];
  readonly lambda: { readonly limit: AccountLimit | undefined; readonly usage: AccountUsage | undefined };
  readonly logins: readonly SimulatedLogin[];
  readonly alarms: readonly MetricAlarm[];
  readonly quotas: Quotas;
}

export type Facts = Setting & Account;

/** The account as it was read: a part can be a refusal. */
export type AccountAnswers = { readonly [Part in keyof Account]: Answer<Account[Part]> };

/** A check has asked for a part that AWS did not tell. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(describeRefusal(refusal));
    this.refusal = refusal;
  }
}

/** @returns facts of which a part that was refused throws Unreadable when a check asks for it. */
export function factsFrom(setting: Setting, answers: AccountAnswers): Facts {
  const facts = { ...setting };
  for (const [part, answer] of Object.entries(answers) as [string, Answer<unknown>][]) {
    Object.defineProperty(facts, part, {
      enumerable: true,
      get() {
        if (!answer.ok) throw new Unreadable(answer.refusal);
        return answer.value;
      },
    });
  }
  return facts as Facts;
}
