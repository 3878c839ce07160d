/** Decides what to write to the two parameters of the SQL data source, and refuses to overwrite what it would surprise. */
import type { AwsSecrets, StoredParameter } from './aws-secrets.js';
import { differencesOf } from './connection-uri.js';
import { SqlSecretError } from './sql-secret-error.js';

/** The secrets' names in amplify/data/schema.sql.ts. */
export const SQL_CONNECTION_URI = 'SQL_CONNECTION_URI';
export const SQL_CERTIFICATE_AUTHORITY = 'SQL_CERTIFICATE_AUTHORITY';

export type ParameterChange = 'create' | 'update' | 'none';

export interface PlannedParameter {
  /** Its path. */
  readonly name: string;
  readonly change: ParameterChange;
  write(): Promise<void>;
}

export interface WantedParameters {
  readonly uri: string;
  readonly authorities: string;
  /** Whether what leads elsewhere may be overwritten. */
  readonly replace: boolean;
}

/**
 * Writes nothing yet. The authorities come first, because a function that has the URI would look for them.
 * @param pathOf The path of a secret by its name.
 * @throws SqlSecretError with everything that stands in the way.
 */
export async function planParameters(
  aws: Pick<AwsSecrets, 'readParameter' | 'writeParameter'>,
  pathOf: (secret: string) => string,
  { uri, authorities, replace }: WantedParameters,
): Promise<PlannedParameter[]> {
  const wanted = [
    { name: pathOf(SQL_CERTIFICATE_AUTHORITY), value: authorities, differences: () => ['another authority'] },
    { name: pathOf(SQL_CONNECTION_URI), value: uri, differences: (before: string) => differencesOf(before, uri) },
  ];
  const stored = await Promise.all(wanted.map(({ name }) => aws.readParameter(name)));
  const problems = wanted.flatMap((parameter, index) => problemsOf(parameter, stored[index], replace));
  if (problems.length > 0) throw new SqlSecretError(`Nothing was written.\n${problems.join('\n')}`);
  return wanted.map(({ name, value }, index) => {
    const change = changeOf(stored[index], value);
    return {
      name,
      change,
      write: async () => {
        if (change !== 'none') await aws.writeParameter(name, value, change === 'update');
      },
    };
  });
}

interface WantedParameter {
  readonly name: string;
  readonly value: string;
  differences(before: string): string[];
}

function problemsOf(
  { name, value, differences }: WantedParameter,
  stored: StoredParameter | undefined,
  replace: boolean,
): string[] {
  if (stored === undefined) return [];
  if (!stored.isSecure) {
    return [
      `  ${name} exists, and is not encrypted. What it holds has been readable: change the password, delete the parameter ` +
        `(aws ssm delete-parameter --name ${name}), and run this again.`,
    ];
  }
  if (replace || stored.value === value) return [];
  const found = differences(stored.value);
  if (found.length === 0) return [];
  return [`  ${name} exists, and holds ${found.join(', ')}. To replace it, add --replace.`];
}

function changeOf(stored: StoredParameter | undefined, value: string): ParameterChange {
  if (stored === undefined) return 'create';
  return stored.value === value ? 'none' : 'update';
}
