/**
 * Owns who may have which field: the schema's `@auth` rules turned into checks of a caller. A rule that it cannot check
 * stops the start, so that no field is ever open here and closed in AWS, or the other way round.
 */
import type { UserPoolIdentity } from '../cognito/user-pool.js';
import { LocalStackError } from '../local-stack-error.js';
import type { AuthRule } from './directives.js';

/** True when the caller may have the field. */
export type AccessCheck = (identity: UserPoolIdentity) => boolean;

/**
 * The check of a field by its `@auth` rules: a caller needs one of them to hold.
 *
 * @param place the field, for the error: `Query.orderTotals`
 * @param rules undefined when the field has no `@auth`: then AppSync's default mode decides, which is the user pool
 */
export function createAccessCheck(place: string, rules: readonly AuthRule[] | undefined): AccessCheck {
  if (rules === undefined) return () => true;
  const checks = rules.map((rule) => createRuleCheck(place, rule));
  return (identity) => checks.some((holds) => holds(identity));
}

/** The check that the caller is in one of the groups. */
export function createGroupCheck(groups: readonly string[]): AccessCheck {
  return ({ groups: own }) => own?.some((group) => groups.includes(group)) ?? false;
}

function createRuleCheck(place: string, { allow, provider, groups }: AuthRule): AccessCheck {
  const byUserPool = provider === undefined || provider === 'userPools';
  // `private` means any signed-in caller, and whoever comes this far has shown a valid token.
  if (byUserPool && allow === 'private') return () => true;
  if (byUserPool && allow === 'groups' && groups !== undefined) return createGroupCheck(groups);
  throw notSupportedYet(`@auth(allow: ${allow}${provider === undefined ? '' : `, provider: ${provider}`}) on ${place}`);
}

/** @param what the part of the schema that the local stack cannot stand in for */
export function notSupportedYet(what: string): LocalStackError {
  return new LocalStackError(
    `The schema cannot be served: not supported locally yet: ${what}.`,
    'Locally there are allow.authenticated() and allow.group(s) with the user pool. Use one of them, or test this field in a sandbox.',
  );
}
