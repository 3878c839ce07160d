/** Checks which app client, or which user pool, a request is for. */
import { CognitoError, type CognitoErrorName } from '../errors.js';
import type { PoolContext } from '../pool-context.js';

/** @throws CognitoError for any but the one app client of the pool */
export function assertClient(
  { pool }: PoolContext,
  clientId: string,
  errorName: CognitoErrorName = 'ResourceNotFoundException',
): void {
  if (clientId === pool.clientId) return;
  throw new CognitoError(errorName, `User pool client ${clientId} does not exist.`);
}

/** @throws CognitoError for any but the one pool */
export function assertPool({ pool }: PoolContext, userPoolId: string): void {
  if (userPoolId === pool.id) return;
  throw new CognitoError('ResourceNotFoundException', `User pool ${userPoolId} does not exist.`);
}
