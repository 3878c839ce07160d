/** Names what was asked of an endpoint as IAM does, to compare it with the reads that a command declares. */
import type { RecordedRequest } from './recording-endpoint.js';

/** The names that requests sign for differ from those of IAM. */
const SERVICES: Readonly<Record<string, string>> = { monitoring: 'cloudwatch' };

/** Lambda's operations are paths. */
const LAMBDA_PATHS: readonly (readonly [RegExp, string])[] = [
  [/\/account-settings$/, 'lambda:GetAccountSettings'],
  [/\/configuration$/, 'lambda:GetFunctionConfiguration'],
  [/\/concurrency$/, 'lambda:GetFunctionConcurrency'],
];

/** @returns each once, such as `rds:DescribeDBProxies`, in the order of the alphabet */
export function askedReads(requests: readonly RecordedRequest[]): string[] {
  return [...new Set(requests.map(readName))].toSorted();
}

function readName({ service, action, path }: RecordedRequest): string {
  if (service === 'lambda')
    return LAMBDA_PATHS.find(([pattern]) => pattern.test(path))?.[1] ?? `lambda:${action} ${path}`;
  return `${SERVICES[service] ?? service}:${action}`;
}
