/** What an environment has in AWS and the local stack does not: told at the start, before somebody looks for it. */
import { environments as deployed } from '../../amplify/environments.js';

/** The part of amplify/environments.ts that is looked at. */
export type DescribedEnvironments = Readonly<Record<string, { readonly sqlDataSource?: object | undefined }>>;

/** @returns a line for each such thing. */
export function notImitated(environments: DescribedEnvironments = deployed): string[] {
  const names = Object.entries(environments)
    .filter(([, { sqlDataSource }]) => sqlDataSource !== undefined)
    .map(([name]) => name);
  if (names.length === 0) return [];
  return [
    `Not here: the fields of Amplify's SQL data source, which ${names.join(', ')} ${names.length === 1 ? 'has' : 'have'}. ` +
      'See docs/sql-data-source.md.',
  ];
}
