/** The IAM policy that permits a command its reads, and the statement for those that were refused. */
import type { Read } from './read.js';
import { READS, type ReadName, type SecretReadName } from './reads.js';

type AnyRead = ReadName | SecretReadName;

export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: { readonly StringEquals: Readonly<Record<string, string | readonly string[]>> };
}

export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly PolicyStatement[];
}

/**
 * @param region For the partition of the ARNs.
 * @param more Further statements.
 */
export function policyFor(
  reads: readonly AnyRead[],
  region = '',
  more: readonly PolicyStatement[] = [],
): PolicyDocument {
  const resources = new Map<string, AnyRead[]>();
  for (const name of reads) {
    const resource = resourceOf(name, region);
    resources.set(resource, [...(resources.get(resource) ?? []), name]);
  }
  const statements = [...resources].map(
    ([Resource, names]): PolicyStatement => ({
      Sid: Resource === '*' ? 'ReadWhatTheToolsLookAt' : `Read${serviceOf(names)}`,
      Effect: 'Allow',
      Action: names.toSorted(),
      Resource,
    }),
  );
  return { Version: '2012-10-17', Statement: [...statements.toSorted((a, b) => a.Sid.localeCompare(b.Sid)), ...more] };
}

function resourceOf(name: AnyRead, region: string): string {
  const read: Read | undefined = READS[name as ReadName];
  return read?.resource === undefined ? '*' : `arn:${partitionOf(region)}:${read.resource}`;
}

const serviceOf = ([name = '']: readonly string[]) => name.slice(0, name.indexOf(':')).toUpperCase();

/** The first part of each ARN in this region. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}
