/**
 * Authorizes access to fields: the schema's `@auth` rules turned into checks of a caller, as Amplify's transformer turns
 * them into resolver templates. A rule that it cannot check stops the start, so that no field is ever open here and closed
 * in AWS, or the other way round.
 * @see @aws-amplify/graphql-auth-transformer, vtl-generator/ddb/resolvers/field.js
 */
import type { UserPoolIdentity } from '../cognito/user-pool.js';
import { LocalStackError } from '../local-stack-error.js';
import type { AuthenticatedCaller, AuthorizationMode, IamRole } from './caller.js';
import type { AuthRule } from './directives.js';

/** True when the caller may have the field. */
export type AccessCheck = (caller: AuthenticatedCaller) => boolean;

/** Amplify's default for a rule that does not say. */
const DEFAULT_GROUP_CLAIM = 'cognito:groups';

const nobody: AccessCheck = () => false;

/** A role that is none of an identity pool's may have everything: Amplify switches `enableIamAuthorizationMode` on. */
export function orService(check: AccessCheck): AccessCheck {
  return (caller) => (caller.mode === 'iam' && caller.role === 'service') || check(caller);
}

/**
 * The check of a field by its `@auth` rules: a caller needs one of them to hold.
 *
 * @param place the field, for the error: `Query.orderTotals`
 * @param rules undefined when a field of Query or Mutation has no `@auth`: Amplify opens it to services, and to nobody else
 */
export function createAccessCheck(place: string, rules: readonly AuthRule[] | undefined): AccessCheck {
  const checks = (rules ?? []).map((rule) => createRuleCheck(place, rule));
  return (caller) => checks.some((holds) => holds(caller));
}

export function byMode(mode: AuthorizationMode): AccessCheck {
  return (caller) => caller.mode === mode;
}

/** The check that the caller is in one of the groups. */
export function byGroups(groups: readonly string[], claim: string = DEFAULT_GROUP_CLAIM): AccessCheck {
  return (caller) => caller.mode === 'userPool' && groupsOf(caller.identity, claim).some((own) => groups.includes(own));
}

/** The modes that callers can use a rule with. */
export function modeOfRule({ allow, provider }: AuthRule): AuthorizationMode {
  if (provider === 'apiKey' || (allow === 'public' && provider === undefined)) return 'apiKey';
  return provider === 'identityPool' || provider === 'iam' ? 'iam' : 'userPool';
}

function createRuleCheck(place: string, rule: AuthRule): AccessCheck {
  const { allow, provider, groups, groupsField, groupClaim } = rule;
  const mode = modeOfRule(rule);
  const unknown = rule.unknownOptions.length > 0;
  if (!unknown && mode === 'apiKey' && allow === 'public') return byMode('apiKey');
  if (!unknown && mode === 'iam' && allow === 'private') return byRole('authenticated');
  if (!unknown && mode === 'iam' && allow === 'public') return byRole('guest');
  if (!unknown && (provider === undefined || provider === 'userPools')) {
    // A caller that comes this far has shown a valid token.
    if (allow === 'private') return byMode('userPool');
    if (allow === 'groups' && groups !== undefined) return byGroups(groups, groupClaim);
    // Amplify drops a rule that an object decides about, unless the object is a @model: it lets nobody in.
    if (allow === 'owner' || (allow === 'groups' && groupsField !== undefined)) return nobody;
  }
  throw notSupportedYet(`@auth(${describeRule(rule)}) on ${place}`);
}

function byRole(role: IamRole): AccessCheck {
  return (caller) => caller.mode === 'iam' && caller.role === role;
}

function groupsOf({ claims }: UserPoolIdentity, claim: string): string[] {
  const value = claims[claim];
  if (Array.isArray(value)) return value.map(String);
  return typeof value === 'string' ? [value] : [];
}

function describeRule({ allow, provider, unknownOptions }: AuthRule): string {
  const options = unknownOptions.length === 0 ? '' : ` with ${unknownOptions.join(', ')}`;
  return `allow: ${allow}${options}${provider === undefined ? '' : `, provider: ${provider}`}`;
}

/** @param what the part of the schema that the local stack cannot stand in for */
export function notSupportedYet(what: string): LocalStackError {
  return new LocalStackError(
    `The schema cannot be served: not supported locally yet: ${what}.`,
    'Locally there are rules for the user pool, groups, an API key and an identity pool. Use one of them, or test this field in a sandbox.',
  );
}
