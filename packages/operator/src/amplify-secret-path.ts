/** Where in SSM Parameter Store Amplify keeps the secrets of one deployment. */
import { createHash } from 'node:crypto';
import type { BackendIdentifier } from '@vpc-postgres/backend/configuration/deployment.js';

const HASH_LENGTH = 10;
/** CloudFormation's limit for the name of a stack, of which the path is made. */
const STACK_NAME_LENGTH = 128;
const MAX_NAME_LENGTH = 50;

/**
 * @example `/amplify/d1example/main-branch-5bfa880954/SQL_CONNECTION_URI`
 * @see https://github.com/aws-amplify/amplify-backend/blob/main/packages/platform-core/src/parameter_path_conversions.ts
 */
export function amplifySecretPath({ namespace, name, type }: BackendIdentifier, secret: string): string {
  const hash = createHash('sha512').update(namespace).update(name).digest('hex').slice(0, HASH_LENGTH);
  const shortName = onlyAlphanumeric(name).slice(0, MAX_NAME_LENGTH);
  const others = ['amplify', shortName, type, hash].join('-');
  // One for the hyphen, and one that Amplify leaves free.
  const shortNamespace = onlyAlphanumeric(namespace).slice(0, STACK_NAME_LENGTH - others.length - 2);
  return `/amplify/${shortNamespace}/${shortName}-${type}-${hash}/${secret}`;
}

const onlyAlphanumeric = (text: string) => text.replace(/[^A-Za-z0-9]/g, '');
