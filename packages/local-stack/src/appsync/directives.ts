/** Reads Amplify's directives from a schema's syntax tree and returns them as plain values. */
import { type DirectiveNode, parse, valueFromASTUntyped, visit } from 'graphql';

/** One rule of `@auth(rules: […])`. */
export interface AuthRule {
  allow: string;
  provider?: string;
  groups?: readonly string[];
  /** Field of the object that names its groups. */
  groupsField?: string;
  /** Claim of the token that holds the caller's groups. */
  groupClaim?: string;
  /** Field of the object that names its owner. */
  ownerField?: string;
  /** Claim of the token that identifies an owner; two of them joined by `::`. */
  identityClaim?: string;
  /** Names of options that mean nothing to us. They must not be dropped: a rule without them is another rule. */
  unknownOptions: readonly string[];
}

/** A Lambda function that resolves a field, or a step of it. */
export interface FunctionReference {
  name: string;
  /** True when AppSync does not wait for it: `a.handler.function(…).async()`. */
  isAsync: boolean;
}

type Directives = readonly DirectiveNode[] | undefined;

/** The functions of a field in the order in which they run: one for a handler, several for a pipeline. */
export function functionReferences(directives: Directives): FunctionReference[] {
  return argumentsOf(directives, 'function').flatMap(({ name, invocationType }) =>
    typeof name === 'string' ? [{ name, isAsync: invocationType === 'Event' }] : [],
  );
}

/** The names of all functions that a schema's fields are resolved by, each once. */
export function functionNamesIn(sdl: string): string[] {
  const names = new Set<string>();
  visit(parse(sdl), {
    FieldDefinition({ directives }) {
      for (const { name } of functionReferences(directives)) names.add(name);
    },
  });
  return [...names];
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

/** The mutations whose results a field of Subscription gets: `@aws_subscribe(mutations: […])`. */
export function subscribedMutations(directives: Directives): string[] {
  return argumentsOf(directives, 'aws_subscribe').flatMap(({ mutations }) => stringsIn(mutations) ?? []);
}

/** The names of the directives that say by which authorization mode a type may be read. */
export function authorizationModeDirectives(directives: Directives): string[] {
  const modes = ['aws_api_key', 'aws_cognito_user_pools', 'aws_iam', 'aws_lambda', 'aws_oidc'];
  return (directives ?? []).map(({ name }) => name.value).filter((name) => modes.includes(name));
}

/** Every `@auth` rule of a schema. */
export function authRulesIn(sdl: string): AuthRule[] {
  const rules: AuthRule[] = [];
  visit(parse(sdl), {
    FieldDefinition({ directives }) {
      rules.push(...(authRules(directives) ?? []));
    },
  });
  return rules;
}

function argumentsOf(directives: Directives, name: string): Record<string, unknown>[] {
  return (directives ?? [])
    .filter((directive) => directive.name.value === name)
    .map(({ arguments: values = [] }) =>
      Object.fromEntries(values.map((argument) => [argument.name.value, valueFromASTUntyped(argument.value)])),
    );
}

/** The options of a rule that are one name. */
const TEXT_OPTIONS = ['provider', 'groupsField', 'groupClaim', 'ownerField', 'identityClaim'] as const;

function toAuthRule(rule: unknown): AuthRule {
  const { allow, groups, ...rest } = rule as Record<string, unknown>;
  const groupNames = stringsIn(groups);
  const texts = TEXT_OPTIONS.flatMap((name) => (typeof rest[name] === 'string' ? [[name, rest[name]]] : []));
  return {
    allow: String(allow),
    ...(groupNames !== undefined && { groups: groupNames }),
    ...Object.fromEntries(texts),
    unknownOptions: Object.keys(rest).filter((name) => !TEXT_OPTIONS.some((known) => known === name)),
  };
}

function stringsIn(value: unknown): string[] | undefined {
  return Array.isArray(value) ? value.map(String) : undefined;
}
