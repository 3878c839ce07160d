/**
 * Builds the executable schema: the SDL that Amplify would deploy, its AWS scalars made real, and each field with
 * `@function` resolved by its Lambda after the caller's right to it was checked.
 */
import {
  buildASTSchema,
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isEnumType,
  isObjectType,
  isScalarType,
  Kind,
  parse,
} from 'graphql';
import {
  type AccessCheck,
  byGroups,
  byMode,
  createAccessCheck,
  modeOfRule,
  notSupportedYet,
  orService,
} from './authorization.js';
import { installEnumCoercion, withOutputCoercion } from './built-in-types.js';
import type { AuthorizationMode } from './caller.js';
import {
  authorizationModeDirectives,
  authRules,
  authRulesIn,
  cognitoGroups,
  type FunctionReference,
  functionReferences,
  subscribedMutations,
} from './directives.js';
import { openEnvelope } from './envelope.js';
import { notAuthorized } from './errors.js';
import { type AppSyncEvent, createEvent, type RequestContext } from './event.js';
import type { InvokeBefore } from './invocation.js';
import { awsScalars } from './scalars.js';

export interface ExecutableSchemaOptions {
  /** `schema.transform().schema` of an Amplify data schema. */
  sdl: string;
  invoke: InvokeBefore;
}

/** The authorization modes of a schema's rules; the user pool is the default mode, and always one of them. */
export function authorizationModesOf(sdl: string): ReadonlySet<AuthorizationMode> {
  return new Set<AuthorizationMode>(['userPool', ...authRulesIn(sdl).map(modeOfRule)]);
}

type Field = GraphQLField<unknown, RequestContext, Record<string, unknown>>;

/** Throws a LocalStackError when the schema holds something that cannot be served truthfully. */
export function createExecutableSchema({ sdl, invoke }: ExecutableSchemaOptions): GraphQLSchema {
  const scalars = [...awsScalars.keys()].map((name) => `scalar ${name}`).join('\n');
  // Amplify's directives have no definition. Unvalidated they stay readable on the tree, and out of introspection.
  const schema = buildASTSchema(parse(`${scalars}\n${sdl}`), { assumeValidSDL: true });
  installAwsScalars(schema);

  const modes = authorizationModesOf(sdl);
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    if (isEnumType(type)) installEnumCoercion(type);
    if (!isObjectType(type)) continue;
    const isRoot = roots.includes(type);
    const mayReadType = isRoot ? undefined : createTypeCheck(type, modes);
    for (const field of Object.values(type.getFields())) {
      field.type = withOutputCoercion(field.type);
      resolveField({ type, field, mayReadType, isRoot, invoke });
    }
  }
  return schema;
}

function installAwsScalars(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    const scalar = isScalarType(type) ? awsScalars.get(type.name) : undefined;
    if (!scalar || !isScalarType(type)) continue;
    type.serialize = scalar.serialize;
    type.parseValue = scalar.parseValue;
    type.parseLiteral = scalar.parseLiteral;
  }
}

interface FieldToResolve {
  type: GraphQLObjectType;
  field: Field;
  mayReadType: AccessCheck | undefined;
  isRoot: boolean;
  invoke: ExecutableSchemaOptions['invoke'];
}

function resolveField({ type, field, mayReadType, isRoot, invoke }: FieldToResolve): void {
  const place = `${type.name}.${field.name}`;
  const functions = functionReferences(field.astNode?.directives);
  if (isRoot && functions.length === 0) throw notSupportedYet(`${place}, which has no a.handler.function`);

  if (type.name === 'Subscription' && subscribedMutations(field.astNode?.directives).length === 0) {
    throw notSupportedYet(`${place}, which has no mutation in .for()`);
  }
  const rules = authRules(field.astNode?.directives);
  // The rules of a field stand in place of its type's.
  const mayRead = isRoot || rules !== undefined ? orService(createAccessCheck(place, rules)) : mayReadType;
  const resolve = functions.length > 0 ? resolveByFunctions(functions, invoke) : defaultFieldResolver;
  // Most fields of most types need no check: they keep graphql-js's own fast path.
  if (functions.length === 0 && mayRead === undefined) return;

  field.resolve = (source, args, context, info) => {
    if (mayRead?.(context.caller) === false) throw notAuthorized(type.name, field.name);
    if (isRoot) context.onSubscribe?.(args);
    return (context.isDelivery ? defaultFieldResolver : resolve)(source, args, context, info);
  };
}

/** The check that a type's own directives ask for; undefined when every caller that there can be may read it. */
function createTypeCheck(type: GraphQLObjectType, modes: ReadonlySet<AuthorizationMode>): AccessCheck | undefined {
  const directives = type.astNode?.directives;
  const named = authorizationModeDirectives(directives);
  const checks: AccessCheck[] = [];
  if (named.includes('aws_api_key')) checks.push(byMode('apiKey'));
  if (named.includes('aws_iam')) checks.push(byMode('iam'));
  if (named.includes('aws_cognito_user_pools')) {
    const groups = cognitoGroups(directives);
    if (groups === undefined && modes.size === 1) return undefined;
    checks.push(groups === undefined ? byMode('userPool') : byGroups(groups));
  }
  if (checks.length === 0 && named.length > 0) throw notSupportedYet(`@${named.join(' @')} on type ${type.name}`);
  // A type without a directive gets @aws_iam from Amplify, which leaves it to services.
  return orService((caller) => checks.some((holds) => holds(caller)));
}

/** What Amplify's template answers for a function that nobody waits for. */
const EVENT_ACCEPTED = { success: true };

function resolveByFunctions(functions: readonly FunctionReference[], invoke: ExecutableSchemaOptions['invoke']) {
  return async (
    source: unknown,
    args: Record<string, unknown>,
    context: RequestContext,
    info: GraphQLResolveInfo,
  ): Promise<unknown> => {
    const named = withOmittedVariables(args, info);
    // Several functions are a pipeline: each sees in `prev` what the one before returned.
    let prev: AppSyncEvent['prev'] = { result: {} };
    for (const { name, isAsync } of functions) {
      const field = { typeName: info.parentType.name, fieldName: info.fieldName, arguments: named, source, prev };
      const invocation = invoke(name, createEvent(field, context), context.deadlineMillis);
      // Its failure is in the function's own log only, as in AWS.
      if (isAsync) invocation.catch(() => {});
      prev = { result: isAsync ? EVENT_ACCEPTED : openEnvelope(await invocation) };
    }
    return prev.result;
  };
}

/**
 * The arguments as AppSync hands them on: one that the query gives by a variable, as `limit: $limit`, is there with null
 * when the caller left the variable out. GraphQL's specification, and graphql-js, leave the argument out.
 * @see https://github.com/aws/aws-appsync-community/issues/348
 */
function withOmittedVariables(args: Record<string, unknown>, { fieldNodes }: GraphQLResolveInfo) {
  const byVariable = (fieldNodes[0]?.arguments ?? []).filter(({ value }) => value.kind === Kind.VARIABLE);
  return { ...Object.fromEntries(byVariable.map(({ name }) => [name.value, null])), ...args };
}
