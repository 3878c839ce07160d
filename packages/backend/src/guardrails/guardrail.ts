/** What a guardrail is, and what it looks at. */
import type { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import type { Environment, RemovalPolicySetting } from '../configuration/environment.js';
import type { GuardrailName } from '../configuration/guardrail-names.js';
import type { Database } from '../database/database.js';
import type { Network } from '../network/network.js';

export interface Guardrail {
  readonly name: GuardrailName;
  /** A warning is printed, and ends no synthesis. @default 'error' */
  readonly severity?: 'error' | 'warning';
  /** What to do about a finding, as an instruction. */
  readonly fix: string;
  find(backend: GuardedBackend): Finding[];
}

export interface Finding {
  /** Where it is. */
  readonly construct: IConstruct;
  /** What is wrong there, with the value got and the value expected. */
  readonly problem: string;
}

/** The whole backend, when everything has been declared and nothing is deployed yet. */
export interface GuardedBackend {
  /** Amplify's root stack, with every other inside. */
  readonly root: IConstruct;
  readonly environment: Environment;
  readonly network: Network;
  readonly database: Database;
  /** The functions that backend.ts declares to need the database. */
  readonly databaseFunctions: readonly CfnFunction[];
  /** The function that prepares a server during a deployment. In a security group of its own where there is a proxy. */
  readonly bootstrapFunction: CfnFunction | undefined;
  /** The function that migrates during a deployment. */
  readonly migrationFunction: CfnFunction | undefined;
  /** Amplify's own function of the SQL data source, in an environment that has one. In a security group of its own. */
  readonly sqlFunction: CfnFunction | undefined;
  /** `retain`: users and a created database outlive the deployment. */
  readonly removalPolicy: RemovalPolicySetting;
}
