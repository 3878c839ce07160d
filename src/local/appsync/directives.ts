/** Owns the reading of Amplify's directives off a schema's syntax tree, into values the rest can work with. */
import { type DirectiveNode, valueFromASTUntyped } from 'graphql';

/** One rule of `@auth(rules: […])`. */
export interface AuthRule {
  allow: string;
  provider?: string;
  groups?: readonly string[];
}

type Directives = readonly DirectiveNode[] | undefined;

/** The functions of a field in the order in which they run: one for a handler, several for a pipeline. */
export function functionNames(directives: Directives): string[] {
  return argumentsOf(directives, 'function').flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
}

/** The rules of `@auth` on a field; undefined where the field has none. */
export function authRules(directives: Directives): AuthRule[] | undefined {
  const found = argumentsOf(directives, 'auth');
  if (found.length === 0) return undefined;
  return found.flatMap(({ rules }) => (Array.isArray(rules) ? rules.map(toAuthRule) : []));
}

/** The groups that `@aws_cognito_user_pools(cognito_groups: […])` names; undefined where it names none. */
export function cognitoGroups(directives: Directives): string[] | undefined {
  return argumentsOf(directives, 'aws_cognito_user_pools')
    .map(({ cognito_groups: groups }) => stringsIn(groups))
    .find((groups) => groups !== undefined);
}

/** The names of the directives that say by which authorization mode a type may be read. */
export function authorizationModeDirectives(directives: Directives): string[] {
  const modes = ['aws_api_key', 'aws_cognito_user_pools', 'aws_iam', 'aws_lambda', 'aws_oidc'];
  return (directives ?? []).map(({ name }) => name.value).filter((name) => modes.includes(name));
}

function argumentsOf(directives: Directives, name: string): Record<string, unknown>[] {
  return (directives ?? [])
    .filter((directive) => directive.name.value === name)
    .map(({ arguments: values = [] }) =>
      Object.fromEntries(values.map((argument) => [argument.name.value, valueFromASTUntyped(argument.value)])),
    );
}

function toAuthRule(rule: unknown): AuthRule {
  const { allow, provider, groups, ...rest } = rule as Record<string, unknown>;
  const groupNames = stringsIn(groups);
  // An option that is not understood must not be dropped: `allow: groups, groupsField: …` is no plain group rule.
  const unknownOptions = Object.keys(rest);
  return {
    allow: unknownOptions.length === 0 ? String(allow) : `${allow} with ${unknownOptions.join(', ')}`,
    ...(typeof provider === 'string' && { provider }),
    ...(groupNames !== undefined && { groups: groupNames }),
  };
}

function stringsIn(value: unknown): string[] | undefined {
  return Array.isArray(value) ? value.map(String) : undefined;
}
