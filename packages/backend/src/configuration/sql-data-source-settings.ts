/** Describes Amplify Data on SQL, an opt-in part of an environment: packages/backend/docs/sql-data-source.md. */
import { z } from 'zod/v4';
import { type ConfigurationProblem, problemsAmong, quote } from './configuration-error.js';
import type { DatabaseSettings } from './database-settings.js';
import { existingSecurityGroup, LEAVE_OUT, type Settings, text } from './fields.js';
import type { NetworkSettings } from './network-settings.js';

/**
 * Models and queries that a function of Amplify's own answers from the database, without code of ours. It signs in with
 * a password: it knows neither IAM tokens nor the caller. It goes to the existing proxy, or where there is none to the
 * database itself, because a proxy that this backend makes admits IAM alone.
 */
export type SqlDataSourceSettings = Settings<typeof sqlDataSourceSchema>;
export const sqlDataSourceSchema = z
  .strictObject({
    /**
     * The complete ARN, with its six-character suffix, of the Secrets Manager secret with `host`, `port`, `username`,
     * `password` and `dbname` of the role that packages/lambda/src/database/sql-data-source.sql makes. Read by `vpc-postgres sql-secret`
     * alone, which copies it to where Amplify looks; no deployment reads it. The secrets that RDS itself manages have an
     * exclamation mark in their names.
     */
    secretArn: text(/^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@!-]+-[A-Za-z0-9]{6}$/).meta({
      expected: 'the complete ARN of a secret, with its suffix of six characters',
      fix: 'run aws secretsmanager list-secrets --query "SecretList[].[Name,ARN]"',
    }),
    /**
     * A security group that a network team has made, for the function and for the VPC endpoint through which it reads
     * its secrets. @default - one is made
     */
    securityGroup: existingSecurityGroup.optional(),
  })
  .meta({ expected: 'an object with secretArn', fix: `${LEAVE_OUT} to have no SQL data source` });

/** Checks that the SQL data source has a VPC to be in, and a secret of its own. */
export function checkSqlDataSource(
  { secretArn }: SqlDataSourceSettings,
  network: NetworkSettings,
  { proxy }: DatabaseSettings,
): ConfigurationProblem[] {
  const auth = proxy.kind === 'new' && proxy.auth.kind === 'secret' ? proxy.auth : undefined;
  return problemsAmong([
    network.kind === 'created' && {
      path: 'sqlDataSource',
      got: `one, and a network of kind ${quote(network.kind)}`,
      expected: 'a VPC that exists: Amplify must know the ids and zones of its subnets before anything is created',
      fix:
        "use a VPC that another stack or environment owns: network: { kind: 'existing', … }; or remove sqlDataSource. Not by " +
        'changing the kind here: that deletes the VPC that was created',
    },
    [auth?.secretArn, auth?.migratorSecretArn].includes(secretArn) && {
      path: 'sqlDataSource.secretArn',
      got: quote(secretArn),
      expected:
        'a secret of its own, not one of database.proxy.auth: those roles may see what no caller of the SQL data source may',
      fix: 'make the role of packages/lambda/src/database/sql-data-source.sql, and a secret for it',
    },
  ]);
}
