/** Formats what `vpc-postgres sql-secret` reports: data for scripts, and text for people. Holds no secret. */
import type { BackendIdentifier } from '@vpc-postgres/backend/configuration/deployment.js';
import { type ParameterChange, SQL_CERTIFICATE_AUTHORITY, SQL_CONNECTION_URI } from './sql-parameters.js';

export interface SqlSecretReport {
  readonly environment: string;
  readonly dryRun: boolean;
  readonly secretArn: string;
  readonly parameters: readonly { readonly name: string; readonly change: ParameterChange }[];
  /** Whether the environment has the data source that reads them. */
  readonly switchedOn: boolean;
  readonly deployment: BackendIdentifier;
}

const DONE: Readonly<Record<ParameterChange, string>> = { create: 'created', update: 'updated', none: 'unchanged' };
const PLANNED: Readonly<Record<ParameterChange, string>> = {
  create: 'would create',
  update: 'would update',
  none: 'unchanged',
};

export function renderSqlSecretReport(report: SqlSecretReport): string {
  const words = report.dryRun ? PLANNED : DONE;
  const width = Math.max(...Object.values(words).map((word) => word.length));
  const rows = report.parameters.map(({ name, change }) => `  ${words[change].padEnd(width)}  ${name}`);
  const heading = report.dryRun
    ? `${report.secretArn} is in order. Nothing was written.`
    : `Copied from ${report.secretArn}:`;
  return [heading, '', ...rows, '', 'Next:', ...nextSteps(report).map((step) => `  ${step}`)].join('\n');
}

function nextSteps({ dryRun, switchedOn, parameters, environment, deployment }: SqlSecretReport): string[] {
  if (dryRun) return ['run this again without --dry-run'];
  const generate = `npx ampx generate schema-from-database --connection-uri-secret ${SQL_CONNECTION_URI}`;
  // A sandbox is found by your user name, a branch by the app.
  const which = deployment.type === 'sandbox' ? '' : ` --app-id ${deployment.namespace} --branch ${deployment.name}`;
  const steps = [
    'when tables have changed, from a machine that reaches the database:',
    `  ${generate} --ssl-cert-secret ${SQL_CERTIFICATE_AUTHORITY}${which}`,
  ];
  if (!switchedOn) steps.push(`add sqlDataSource to ${environment} in amplify/environments.ts`);
  if (parameters.every(({ change }) => change === 'create') || !switchedOn) {
    steps.push(deployment.type === 'sandbox' ? 'deploy: npx ampx sandbox' : 'deploy: push the branch');
  } else {
    steps.push('nothing to deploy: a function whose password is refused reads the parameters again');
  }
  return steps;
}
