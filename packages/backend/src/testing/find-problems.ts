/** Holds the templates of one environment against every rule. */
import type { ConfigurationProblem } from '../configuration/configuration-error.js';
import type { SynthesizedDeployment } from './deployment.js';
import { noCycle } from './rules/cycles.js';
import { closedRoles, privateDatabase, privateFunctions } from './rules/exposure.js';
import { connect, exactDatabaseUser, exactResources, noBroadPolicy } from './rules/permissions.js';
import {
  databaseFunctionsInVpc,
  deployed,
  onlyDatabaseFunctionsInVpc,
  privateSubnets,
  twoZones,
} from './rules/placement.js';
import { noSecretInTemplates, noSecretInVariables } from './rules/secrets.js';
import { egress, ingress } from './rules/traffic.js';

const RULES = [
  deployed,
  databaseFunctionsInVpc,
  onlyDatabaseFunctionsInVpc,
  twoZones,
  privateSubnets,
  egress,
  ingress,
  connect,
  exactDatabaseUser,
  exactResources,
  noBroadPolicy,
  privateDatabase,
  privateFunctions,
  closedRoles,
  noSecretInVariables,
  noSecretInTemplates,
  noCycle,
];

/** What a guardrail would refuse is left to it where the environment acknowledges that guardrail. */
export function findProblems(deployment: SynthesizedDeployment): ConfigurationProblem[] {
  const acknowledged = (deployment.environment.acknowledgements ?? []).map(({ guardrail }) => guardrail);
  return RULES.filter(({ guardrail }) => guardrail === undefined || !acknowledged.includes(guardrail)).flatMap((rule) =>
    rule.find(deployment),
  );
}
