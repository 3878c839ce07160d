/** All checks, in the order of the path: from the laptop to the database, then what is around it. */
import type { CheckGroup } from '../check.js';
import { accountChecks } from './account.js';
import { alarmChecks } from './alarms.js';
import { databaseChecks } from './database.js';
import { deploymentChecks } from './deployment.js';
import { egressChecks } from './egress.js';
import { functionChecks } from './functions.js';
import { networkChecks } from './network.js';
import { proxyChecks } from './proxy.js';
import { quotaChecks } from './quotas.js';
import { securityGroupChecks } from './security-groups.js';

export const CHECK_GROUPS: readonly CheckGroup[] = [
  accountChecks,
  deploymentChecks,
  networkChecks,
  securityGroupChecks,
  egressChecks,
  proxyChecks,
  databaseChecks,
  functionChecks,
  quotaChecks,
  alarmChecks,
];
