/** What an environment has in AWS and the local stack does not: told at the start, before somebody looks for it. */
import type { DescribedEnvironments } from './local-app.js';

/** @returns a line for each such thing. */
export function listUnsupported(environments: DescribedEnvironments): string[] {
  const names = Object.entries(environments)
    .filter(([, { sqlDataSource }]) => sqlDataSource !== undefined)
    .map(([name]) => name);
  if (names.length === 0) return [];
  return [
    `Not here: the fields of Amplify's SQL data source, which ${names.join(', ')} ${names.length === 1 ? 'has' : 'have'}. ` +
      'See packages/backend/docs/sql-data-source.md.',
  ];
}
