/** What an environment is: the types that environments.ts fills in and that the rest of amplify/ reads. Types only. */
import type { DatabaseSettings } from './database-settings.js';
import type { Acknowledgement } from './guardrail-names.js';
import type { MonitoringSettings } from './monitoring-settings.js';
import type { NetworkSettings } from './network-settings.js';
import type { SqlDataSourceSettings } from './sql-data-source-settings.js';

/**
 * Stands in environments.ts where an adopter's own value belongs. Every deployment refuses it, naming each field that
 * still holds it.
 */
export const REPLACE_ME = 'REPLACE_ME';

/**
 * Environments by name. `sandbox` is for `npx ampx sandbox`, whoever runs it; every other name for the branch, or the
 * stage of your own pipeline, of that name. A `*` in a name stands for any text: `feature/*`. An exact name wins over a
 * pattern, and the pattern with more text of its own over the other.
 */
export type Environments = Readonly<Record<string, Environment>>;

export interface Environment {
  /**
   * The AWS account that this environment is deployed to: 12 digits. A deployment with credentials of another account is
   * refused.
   * Find it: `aws sts get-caller-identity --query Account --output text`
   */
  readonly account: string;
  /**
   * The region of the VPC and the database, for example `eu-west-1`. A deployment to another region is refused.
   * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.RegionsAndAvailabilityZones.html
   */
  readonly region: string;
  readonly network: NetworkSettings;
  readonly database: DatabaseSettings;
  /**
   * Amplify Data on SQL: models and queries without code, at the price of a database password. See docs/sql-data-source.md
   * before switching it on. @default - none
   */
  readonly sqlDataSource?: SqlDataSourceSettings;
  /** @default - the account's own limits */
  readonly limits?: LimitSettings;
  /** Alarms and a dashboard. Not for sandboxes: nobody is on call for them. @default - none, and logs kept for 30 days */
  readonly monitoring?: MonitoringSettings;
  /**
   * What happens to the users of the user pool and to a created database when this deployment is deleted. `keep`: the
   * user pool stays, the database leaves a final snapshot, and neither can be deleted by mistake. `delete`: both go for
   * good. A sandbox always deletes: Amplify turns every retention of a sandbox into a deletion.
   * @default 'keep' for branches, 'delete' for sandboxes
   */
  readonly onDelete?: 'keep' | 'delete';
  /** Guardrails that this environment breaks on purpose, each with the reason. @default - none */
  readonly acknowledgements?: readonly Acknowledgement[];
}

export interface LimitSettings {
  /**
   * How many requests each function in the VPC may serve at the same time, and so how many connections it can hold. It
   * is taken from the account's concurrency (1,000 by default, 10 in some new accounts), of which 100 must stay free.
   * 1 to 1000.
   * @default - no reservation
   * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
   */
  readonly reservedConcurrency?: number;
}
