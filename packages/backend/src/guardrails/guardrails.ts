/**
 * What must never be deployed, checked on the finished templates. The CDK prints the findings with their fixes, writes them
 * to validation-report.json with what was acknowledged and why, and ends the synthesis: nothing is deployed.
 */
import {
  type IPolicyValidationContext,
  type IPolicyValidationPlugin,
  type PolicyValidationPluginReport,
  type PolicyViolation,
  type Stack,
  Validations,
} from 'aws-cdk-lib';
import { FAIL_SYNTH_ON_VALIDATION_ERRORS_CONTEXT } from 'aws-cdk-lib/cx-api';
import type { IConstruct } from 'constructs';
import type { Acknowledgement } from '../configuration/guardrail-names.js';
import type { DefinedFunction } from '../functions/defined-function.js';
import type { Finding, GuardedBackend, Guardrail } from './guardrail.js';
import { concurrentRequests } from './rules/concurrent-requests.js';
import { connectionLimit } from './rules/connection-limit.js';
import { dataLoss } from './rules/data-loss.js';
import { extraNetworkInterfaces } from './rules/extra-network-interfaces.js';
import { functionTimeout } from './rules/function-timeout.js';
import { ipv6Service } from './rules/ipv6-service.js';
import { networkConnector } from './rules/network-connector.js';
import { networkInterfacePolicy } from './rules/network-interface-policy.js';
import { oneZone } from './rules/one-zone.js';
import { openEgress } from './rules/open-egress.js';
import { physicalName } from './rules/physical-name.js';
import { publicSubnet } from './rules/public-subnet.js';
import { secretInVpc } from './rules/secret-in-vpc.js';
import { subnetSize } from './rules/subnet-size.js';
import { undeclaredFunction } from './rules/undeclared-function.js';
import { wildcardConnect } from './rules/wildcard-connect.js';

/** Each is a file of its own in rules/; packages/backend/docs/guardrails.md says what they mean. Remove one here to live without it. */
const GUARDRAILS: readonly Guardrail[] = [
  publicSubnet,
  oneZone,
  subnetSize,
  networkInterfacePolicy,
  undeclaredFunction,
  extraNetworkInterfaces,
  networkConnector,
  concurrentRequests,
  openEgress,
  ipv6Service,
  wildcardConnect,
  secretInVpc,
  physicalName,
  functionTimeout,
  connectionLimit,
  dataLoss,
];

const PLUGIN = 'Guardrails';

/** @param rootStack Amplify's root stack. */
export function addGuardrails(
  rootStack: Stack,
  backend: Omit<
    GuardedBackend,
    'root' | 'databaseFunctions' | 'bootstrapFunction' | 'migrationFunction' | 'sqlFunction'
  > & {
    readonly databaseFunctions: readonly DefinedFunction[];
    readonly migrationFunction: DefinedFunction | undefined;
    readonly sqlFunction: DefinedFunction | undefined;
  },
): void {
  const app = rootStack.node.root;
  const { acknowledgements = [] } = backend.environment;
  const databaseFunctions = backend.databaseFunctions.map(({ resources }) => resources.cfnResources.cfnFunction);
  const bootstrapFunction = backend.database.bootstrap?.function.resources.cfnResources.cfnFunction;
  const migrationFunction = backend.migrationFunction?.resources.cfnResources.cfnFunction;
  const sqlFunction = backend.sqlFunction?.resources.cfnResources.cfnFunction;
  Validations.of(app).addPlugins(
    new GuardrailsPlugin(
      { ...backend, databaseFunctions, bootstrapFunction, migrationFunction, sqlFunction, root: rootStack },
      acknowledgements,
    ),
  );
  for (const { guardrail, reason } of acknowledgements) {
    Validations.of(app).acknowledge({ id: `${PLUGIN}::${guardrail}`, reason });
  }
}

class GuardrailsPlugin implements IPolicyValidationPlugin {
  readonly name = PLUGIN;
  readonly ruleIds = GUARDRAILS.map(({ name }) => name);

  constructor(
    private readonly backend: GuardedBackend,
    private readonly acknowledgements: readonly Acknowledgement[],
  ) {}

  validate({ appConstruct }: IPolicyValidationContext): PolicyValidationPluginReport {
    const violations = GUARDRAILS.flatMap((guardrail) =>
      guardrail.find(this.backend).map((finding) => toViolation(guardrail, finding)),
    );
    const acknowledged = this.acknowledgements.map(({ guardrail }) => String(guardrail));
    const remaining = violations.filter(({ ruleName }) => !acknowledged.includes(ruleName));
    if (leavesReportToCaller(appConstruct)) printFindings(remaining);
    const unused = this.acknowledgements.filter(
      ({ guardrail }) => !violations.some(({ ruleName }) => ruleName === guardrail),
    );
    return {
      success: !violations.some(isError),
      violations: [...violations, ...unused.map((acknowledgement) => this.#warnOfUnused(acknowledgement))],
    };
  }

  /** What is acknowledged and not needed would hide the finding that comes one day. */
  #warnOfUnused({ guardrail }: Acknowledgement): PolicyViolation {
    return {
      ruleName: 'unused-acknowledgement',
      severity: 'warning',
      description: `The environment acknowledges ${guardrail}, and nothing breaks it.`,
      fix: 'remove the acknowledgement from environments.ts',
      violatingResources: [{ constructPath: this.backend.root.node.path, locations: [] }],
    };
  }
}

/** ampx takes the report over and then shows none of it: only that the synthesis finished with errors. */
function leavesReportToCaller(app: IConstruct): boolean {
  return String(app.node.tryGetContext(FAIL_SYNTH_ON_VALIDATION_ERRORS_CONTEXT)) === 'false';
}

const isError = ({ severity }: PolicyViolation) => severity === 'error';

function printFindings(violations: readonly PolicyViolation[]): void {
  const errors = violations.filter(isError);
  const warnings = violations.filter((violation) => !isError(violation));
  if (warnings.length > 0) console.warn(describeFindings('The guardrails warn.', warnings));
  if (errors.length > 0) console.error(describeFindings('The guardrails refuse this deployment.', errors));
}

function describeFindings(heading: string, violations: readonly PolicyViolation[]): string {
  const findings = violations.map(({ ruleName, description, fix }) =>
    [`  ${ruleName}`, `    problem  ${description}`, `    fix      ${fix}`].join('\n'),
  );
  return [heading, ...findings].join('\n\n');
}

function toViolation({ name, fix, severity = 'error' }: Guardrail, { construct, problem }: Finding): PolicyViolation {
  const way = severity === 'error' ? 'To deploy it all the same' : 'To have no warning';
  return {
    ruleName: name,
    severity,
    description: problem,
    fix: `${fix}. ${way}, add { guardrail: '${name}', reason: '…' } to the environment's acknowledgements.`,
    violatingResources: [{ constructPath: construct.node.path, locations: [] }],
  };
}
