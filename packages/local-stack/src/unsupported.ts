/** What an environment has in AWS and the local stack does not: told at the start, before somebody looks for it. */
import type { AmplifyApp } from './amplify/amplify-app.js';
import type { DescribedEnvironments } from './local-app.js';

/** @returns a line for each such thing. */
export function listUnsupported(
  environments: DescribedEnvironments,
  { functions, userPool }: Pick<AmplifyApp, 'functions' | 'userPool'>,
): string[] {
  const variables = Object.entries(functions).flatMap(([name, { unknownVariables }]) =>
    unknownVariables.map((variable) => `${variable} of the function ${name}`),
  );
  const names = Object.entries(environments)
    .filter(([, { sqlDataSource }]) => sqlDataSource !== undefined)
    .map(([name]) => name);
  return [
    ...variables.map((text) => `Not here: the environment variable ${text}. Only AWS has its value; it is not set.`),
    ...userPool.unsupported.map((text) => `Not here: ${text}, which amplify/auth/resource.ts asks for.`),
    ...(names.length === 0 ? [] : [describeDataSource(names)]),
  ];
}

function describeDataSource(names: readonly string[]): string {
  return (
    `Not here: the fields of Amplify's SQL data source, which ${names.join(', ')} ${names.length === 1 ? 'has' : 'have'}. ` +
    'See packages/backend/docs/sql-data-source.md.'
  );
}
