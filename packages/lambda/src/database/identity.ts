/** Reads and validates the identity that a transaction runs with: the claims that row-level security gets, and no others. */
import { isStorableText, UUID } from './text.js';

/** As AppSync verified it from the token of a Cognito user pool: `event.identity` has these two fields. */
export interface UserIdentity {
  /** Cognito's immutable user id, a UUID. */
  readonly sub: string;
  /** The user's groups in the pool. AppSync gives null for a user in no group. */
  readonly groups: readonly string[] | null;
}

export interface CheckedIdentity {
  readonly sub: string;
  readonly groups: string[];
}

/** An identity that row-level security must not get. Nothing has been sent to the database. */
export class InvalidIdentityError extends Error {
  override readonly name = 'InvalidIdentityError';
}

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateGroup.html */
const GROUP_NAME_LENGTH = 128;

/**
 * Takes `sub` and `groups` themselves and nothing else: a user pool lets its app clients write other claims.
 *
 * @throws InvalidIdentityError when there is no identity, or one that no user pool gives. Its message quotes neither.
 */
export function readIdentity(value: unknown): CheckedIdentity {
  if (typeof value !== 'object' || value === null) {
    throw new InvalidIdentityError('There is no identity; expected the `identity` of a signed-in user of the pool.');
  }
  const { sub, groups = null } = value as { sub?: unknown; groups?: unknown };
  if (typeof sub !== 'string' || !UUID.test(sub)) {
    throw new InvalidIdentityError('The identity’s `sub` is not the id of a Cognito user; expected a UUID.');
  }
  if (groups !== null && !(Array.isArray(groups) && groups.every(isGroupName))) {
    throw new InvalidIdentityError('The identity’s `groups` are not a list of group names.');
  }
  return { sub: sub.toLowerCase(), groups: groups === null ? [] : [...groups] };
}

function isGroupName(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && value.length <= GROUP_NAME_LENGTH && isStorableText(value);
}
