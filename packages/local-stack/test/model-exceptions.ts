/** Names the exceptions that AWS's model of Cognito lists for each operation: botocore's, which botocore.test.ts compares. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** By operation. */
export const MODEL_EXCEPTIONS: Readonly<Record<string, readonly string[]>> = JSON.parse(
  readFileSync(join(import.meta.dirname, 'model-exceptions.json'), 'utf8'),
);

/** Of the protocol and of signatures: each service of AWS can answer them, and no model lists them. */
const COMMON_ERRORS = [
  'ExpiredTokenException',
  'IncompleteSignatureException',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'SerializationException',
  'UnknownOperationException',
  'UnrecognizedClientException',
];

/** True when a client that is made of the model knows the exception. */
export function isInModel(operation: string, exception: string): boolean {
  const listed = Object.hasOwn(MODEL_EXCEPTIONS, operation) ? MODEL_EXCEPTIONS[operation] : undefined;
  return COMMON_ERRORS.includes(exception) || listed?.includes(exception) === true;
}
