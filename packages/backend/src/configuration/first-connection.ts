/**
 * Finds first deployments that cannot succeed: they connect to the database while they run, through a rule that another
 * person has to add, and the rule names a group that this same deployment creates.
 */
import type { Check } from './configuration-error.js';
import type { DatabaseSettings } from './database-settings.js';
import type { NetworkSettings } from './network-settings.js';
import { isBootstrapped } from './server-settings.js';

export function checkFirstConnection(network: NetworkSettings, { migrator, proxy, server }: DatabaseSettings): Check[] {
  const functionsExist = network.kind === 'existing' && network.functionSecurityGroup !== undefined;
  const prepares = isBootstrapped(server);
  const fromFunctions = (migrator === undefined && !prepares) || functionsExist;
  const serverGroup = server === undefined || server.kind === 'new' ? undefined : server.securityGroup;
  if (proxy.kind === 'none') {
    return [
      !fromFunctions &&
        serverGroup?.rules === 'print' &&
        fromNewGroup('database.server', prepares ? BOOTSTRAP : FUNCTIONS),
    ];
  }
  return [
    migrator !== undefined &&
      !functionsExist &&
      proxy.securityGroup?.rules === 'print' &&
      fromNewGroup('database.proxy', FUNCTIONS),
    !functionsExist && prepares && serverGroup?.rules === 'print' && fromNewGroup('database.server', BOOTSTRAP),
    proxy.kind === 'new' &&
      proxy.securityGroup === undefined &&
      serverGroup?.rules === 'print' &&
      fromNewGroup('database.server', PROXY),
  ];
}

const FUNCTIONS = {
  waits: 'the migrations connect from the functions’ group, and fail after five minutes',
  fix: 'name a group in network.functionSecurityGroup and have its owner add the rule first; or leave database.migrator out of the first deployment',
};

const BOOTSTRAP = {
  waits: 'the master user connects from a group, and fails after four minutes',
  fix: 'name a group in network.functionSecurityGroup and have its owner add the rule first; or remove database.server.masterSecretArn and prepare the database by hand (docs/bootstrap-by-hand.md)',
};

const PROXY = {
  waits: 'CloudFormation waits 20 minutes for the new proxy to reach the database from its group',
  fix: 'name a group in database.proxy.securityGroup and have its owner add the rule first',
};

function fromNewGroup(what: 'database.proxy' | 'database.server', { waits, fix }: typeof PROXY): Check {
  return {
    path: `${what}.securityGroup.rules`,
    expected: `'add', or a group that exists at the other end: during the first deployment ${waits}, and the rule cannot be added before, because that group is created by the same deployment`,
    fix,
  };
}
