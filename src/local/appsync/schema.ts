/**
 * Owns the executable schema: the SDL that Amplify would deploy, its AWS scalars made real, and each field with
 * `@function` resolved by its Lambda after the caller's right to it was checked.
 */
import {
  buildASTSchema,
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isObjectType,
  isScalarType,
  parse,
} from 'graphql';
import { type AccessCheck, createAccessCheck, createGroupCheck, notSupportedYet } from './authorization.js';
import { authorizationModeDirectives, authRules, cognitoGroups, functionNames } from './directives.js';
import { openEnvelope } from './envelope.js';
import { notAuthorized } from './errors.js';
import { type AppSyncEvent, createEvent, type RequestContext } from './event.js';
import { awsScalars } from './scalars.js';

export interface ExecutableSchemaOptions {
  /** `schema.transform().schema` of an Amplify data schema. */
  sdl: string;
  /** Runs a function and gives what it returned. */
  invoke: (functionName: string, event: AppSyncEvent) => Promise<unknown>;
}

type Field = GraphQLField<unknown, RequestContext, Record<string, unknown>>;

/** Throws a LocalStackError when the schema holds something that cannot be served truthfully. */
export function createExecutableSchema({ sdl, invoke }: ExecutableSchemaOptions): GraphQLSchema {
  const scalars = [...awsScalars.keys()].map((name) => `scalar ${name}`).join('\n');
  // Amplify's directives have no definition. Unvalidated they stay readable on the tree, and out of introspection.
  const schema = buildASTSchema(parse(`${scalars}\n${sdl}`), { assumeValidSDL: true });
  installAwsScalars(schema);
  if (schema.getSubscriptionType()) throw notSupportedYet('type Subscription');

  const roots = [schema.getQueryType(), schema.getMutationType()];
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    const mayReadType = createTypeCheck(type);
    for (const field of Object.values(type.getFields())) {
      resolveField({ type, field, mayReadType, isRoot: roots.includes(type), invoke });
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
  const functions = functionNames(field.astNode?.directives);
  if (isRoot && functions.length === 0) throw notSupportedYet(`${place}, which has no a.handler.function`);

  const rules = authRules(field.astNode?.directives);
  const mayReadField = createAccessCheck(place, rules);
  const resolve = functions.length > 0 ? resolveByFunctions(functions, invoke) : defaultFieldResolver;
  // Most fields of most types need no check: they keep graphql-js's own fast path.
  if (functions.length === 0 && rules === undefined && mayReadType === undefined) return;

  field.resolve = (source, args, context, info) => {
    if (!mayReadField(context.identity) || mayReadType?.(context.identity) === false) {
      throw notAuthorized(type.name, field.name);
    }
    return resolve(source, args, context, info);
  };
}

/** The check that a type's own directives ask for; undefined when any user of the pool may read it. */
function createTypeCheck(type: GraphQLObjectType): AccessCheck | undefined {
  const directives = type.astNode?.directives;
  const modes = authorizationModeDirectives(directives);
  if (modes.length > 0 && !modes.includes('aws_cognito_user_pools')) {
    throw notSupportedYet(`@${modes.join(' @')} on type ${type.name}`);
  }
  const groups = cognitoGroups(directives);
  return groups && createGroupCheck(groups);
}

function resolveByFunctions(functions: readonly string[], invoke: ExecutableSchemaOptions['invoke']) {
  return async (
    source: unknown,
    args: Record<string, unknown>,
    context: RequestContext,
    info: GraphQLResolveInfo,
  ): Promise<unknown> => {
    // Several functions are a pipeline: each sees in `prev` what the one before returned.
    let prev: AppSyncEvent['prev'] = { result: {} };
    for (const name of functions) {
      const field = { typeName: info.parentType.name, fieldName: info.fieldName, arguments: args, source, prev };
      prev = { result: openEnvelope(name, await invoke(name, createEvent(field, context))) };
    }
    return prev.result;
  };
}
