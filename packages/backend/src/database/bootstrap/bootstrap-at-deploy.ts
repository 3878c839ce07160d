/**
 * Prepares the server as a step of the deployment: its database, its roles and how they log in. The step comes when the server and
 * the way to it are there, and before a new proxy's targets, the migrations and the functions. CloudFormation takes it when what it
 * does, the server or a secret has changed, and never otherwise.
 */
import { BOOTSTRAP_LIMITS } from '@vpc-postgres/lambda/database/bootstrap/limits.js';
import { BOOTSTRAP_USERS, bootstrapVersion } from '@vpc-postgres/lambda/database/bootstrap/request.js';
import { CustomResource, Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { DatabaseSettings } from '../../configuration/database-settings.js';
import type { LogSettings } from '../../monitoring/log-group.js';
import type { Network } from '../../network/network.js';
import type { SecurityGroupRef } from '../../network/security-group-rules.js';
import { createNamedLogGroup, createProvider } from '../deployment-step.js';
import type { Server } from '../server.js';
import type { Bootstrap } from './bootstrap.js';
import { createBootstrapFunction } from './bootstrap-function.js';
import { readBootstrapSql } from './bundle.js';
import { type BootstrapSecrets, createSecretsFunction } from './secrets-function.js';

/**
 * @param scope The stack that owns the network and the database.
 * @returns undefined for a server whose master secret is not known.
 */
export function bootstrapAtDeploy(
  scope: Construct,
  settings: DatabaseSettings,
  server: Server,
  network: Network,
  logs: LogSettings,
): Bootstrap | undefined {
  const { masterUser, host, port } = server;
  if (masterUser === undefined) return undefined;
  // The schema demands the endpoint of a server that has a master secret.
  if (host === undefined) throw new Error('A bootstrap needs the endpoint of the server.');
  const everythingBefore = [...scope.node.children];
  const userSecretArns = secretArnsOf(settings, server);
  const iam = Object.keys(userSecretArns).length === 0;
  const secrets: BootstrapSecrets = {
    masterSecretArn: masterUser.secretArn,
    userSecretArns,
    kmsKeyArns: kmsKeysOf(settings, server),
  };
  const target = { name: settings.name, server, host, masterUsername: masterUser.username, iam };
  const fn = createBootstrapFunction(scope, target, network, groupWithAccess(settings, server, network));
  const secretsFunction = createSecretsFunction(scope, secrets, fn);
  for (const each of [fn, secretsFunction]) createNamedLogGroup(each, logs);

  const step = new CustomResource(scope, 'BootstrappedDatabase', {
    resourceType: 'Custom::BootstrappedDatabase',
    serviceToken: createProvider(scope, 'BootstrapProvider', secretsFunction, logs).serviceToken,
    serviceTimeout: Duration.seconds(BOOTSTRAP_LIMITS.resourceSeconds),
    properties: {
      Version: bootstrapVersion(readBootstrapSql()),
      Database: `${host}:${port}/${settings.name}`,
      Secrets: [secrets.masterSecretArn, ...Object.values(userSecretArns)],
    },
  });
  step.node.addDependency(...everythingBefore, fn.resources.lambda, secretsFunction.resources.lambda);
  return { function: fn, step };
}

/** Of the users that log in to the server with a password, as the proxy logs in with it. */
function secretArnsOf({ proxy }: DatabaseSettings, { userSecrets }: Server): Record<string, string> {
  if (proxy.kind !== 'new' || proxy.auth.kind !== 'secret') return {};
  const [user = proxy.auth.secretArn, migrator = proxy.auth.migratorSecretArn] =
    userSecrets?.map(({ secretArn }) => secretArn) ?? [];
  return {
    ...(user !== undefined && { [BOOTSTRAP_USERS.user]: user }),
    ...(migrator !== undefined && { [BOOTSTRAP_USERS.migrator]: migrator }),
  };
}

function kmsKeysOf({ proxy }: DatabaseSettings, { masterUser }: Server): string[] {
  const ofUsers = proxy.kind === 'new' && proxy.auth.kind === 'secret' ? proxy.auth.kmsKeyArn : undefined;
  const keys = [masterUser?.secretKmsKeyArn, ofUsers].filter((key) => key !== undefined);
  return [...new Set(keys)];
}

/**
 * A group of its own, so that no function that serves can pass the proxy. Without a proxy they reach the server anyway; and where
 * the functions' group is a network team's, the rule is for its owner to add, who knows that group.
 */
function groupWithAccess({ proxy }: DatabaseSettings, server: Server, network: Network): SecurityGroupRef {
  const { rules, functionGroup, vpc } = network;
  if (proxy.kind === 'none') return functionGroup;
  const group =
    functionGroup.rules === 'own' ? rules.create('BootstrapSecurityGroup', vpc, 'Bootstrap') : functionGroup;
  rules.allow(group, server.group, server.port, 'Bootstrap to PostgreSQL');
  return group;
}
