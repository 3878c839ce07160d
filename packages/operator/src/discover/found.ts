/** What an account and region have that an environment can use. Types only. */
import type { Refusal } from '../aws/answer.js';

export interface FoundAccount {
  readonly account: string;
  readonly region: string;
  readonly vpcs: readonly FoundVpc[];
  readonly subnets: readonly FoundSubnet[];
  /** Of PostgreSQL alone. */
  readonly databases: readonly FoundDatabase[];
  /** Names and ARNs; never values. */
  readonly secrets: readonly FoundSecret[];
  /** What AWS did not answer. */
  readonly refusals: readonly Refusal[];
}

export interface FoundVpc {
  readonly id: string;
  readonly cidr: string;
  /** Its tag Name. */
  readonly name?: string;
  readonly ownerAccount?: string;
}

/** As the CDK tells them apart, by their routes. */
export type SubnetKind = 'isolated' | 'withEgress' | 'public';

export interface FoundSubnet {
  readonly id: string;
  readonly vpcId: string;
  readonly cidr: string;
  readonly zone: string;
  /** The same zone has another name in another account; its id is the same: `euw1-az3`. */
  readonly zoneId?: string;
  readonly kind: SubnetKind;
  /** Its tag aws-cdk:subnet-name. */
  readonly groupName?: string;
  readonly routeTableId?: string;
  readonly freeAddresses: number;
}

interface FoundServer {
  /** The identifier, or the proxy's name. */
  readonly id: string;
  readonly vpcId?: string;
  readonly securityGroups: readonly string[];
  readonly status?: string;
  readonly endpoint?: string;
  /** The PostgreSQL database that it was created with. */
  readonly databaseName?: string;
}

export interface FoundProxy extends FoundServer {
  readonly kind: 'proxy';
  readonly arn: string;
  readonly requiresTls: boolean;
  /** False where a client signs in with a password. */
  readonly requiresIam: boolean;
  /** How it signs in to the database, for each user: `IAM`, or the ARN of a secret. */
  readonly auth: readonly string[];
  /** The identifiers of the instance or cluster behind it. */
  readonly targets: readonly string[];
}

export interface FoundPostgres extends FoundServer {
  readonly kind: 'instance' | 'cluster';
  readonly resourceId: string;
  readonly port: number;
  readonly version?: string;
  /** `db.t4g.small`, for an instance. */
  readonly instanceClass?: string;
  readonly iamAuthentication: boolean;
}

export type FoundDatabase = FoundProxy | FoundPostgres;

export interface FoundSecret {
  readonly name: string;
  readonly arn: string;
}
