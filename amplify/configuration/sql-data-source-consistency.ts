/** What the SQL data source must have in common with the network and the database. */
import type { ConfigurationProblem } from './configuration-error.js';
import type { Environment } from './environment.js';
import { quote } from './quote.js';

export function sqlDataSourceInconsistencies({
  network,
  database,
  sqlDataSource,
}: Environment): ConfigurationProblem[] {
  if (sqlDataSource === undefined) return [];
  const problems: ConfigurationProblem[] = [];
  if (network.kind === 'created') {
    problems.push({
      path: 'sqlDataSource',
      got: `one, and a network of kind ${quote(network.kind)}`,
      expected: 'a VPC that exists: Amplify must know the ids and zones of its subnets before anything is created',
      fix:
        "use a VPC that another stack or environment owns: network: { kind: 'existing', … }; or remove sqlDataSource. Not by " +
        'changing the kind here: that deletes the VPC that was created',
    });
  }
  if (database.proxy.kind === 'new' && database.proxy.auth.kind === 'secret') {
    const { secretArn, migratorSecretArn } = database.proxy.auth;
    const taken = [secretArn, migratorSecretArn].find((arn) => arn === sqlDataSource.secretArn);
    if (taken !== undefined) problems.push(ownRole(taken));
  }
  return problems;
}

function ownRole(secretArn: string): ConfigurationProblem {
  return {
    path: 'sqlDataSource.secretArn',
    got: quote(secretArn),
    expected:
      'a secret of its own, not one of database.proxy.auth: those roles may see what no caller of the SQL data source may',
    fix: 'make the role of src/database/sql-data-source.sql, and a secret for it',
  };
}
