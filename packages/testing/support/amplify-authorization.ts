/** Reads what Amplify makes of a schema's `@auth` rules from the templates that it would deploy, and evaluates it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AmplifyData, AmplifyDataDefinition } from '@aws-amplify/data-construct';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { buildSchema, type DirectiveNode, isObjectType, valueFromASTUntyped } from 'graphql';
import velocity from 'velocityjs';
import { vi } from 'vitest';
import { collectTransformerFolders } from './transformer-folders.js';

/** A caller in AppSync's own terms. */
export interface AppSyncCaller {
  authType: 'User Pool Authorization' | 'API Key Authorization' | 'IAM Authorization';
  identity: Readonly<Record<string, unknown>> | null;
}

/** True when the caller can have a field, named as Query.getOrder. */
export type AmplifyAuthorization = (place: string, caller: AppSyncCaller) => boolean;

const MODE_DIRECTIVES: Readonly<Record<AppSyncCaller['authType'], string>> = {
  'User Pool Authorization': 'aws_cognito_user_pools',
  'API Key Authorization': 'aws_api_key',
  'IAM Authorization': 'aws_iam',
};

const IDENTITY_POOL_ID = 'eu-west-1:pool';

/** What the resolver's first template keeps for the rules. */
const STASH = {
  identityPoolId: IDENTITY_POOL_ID,
  authRole: 'arn:aws:sts::000000000000:assumed-role/authenticated/CognitoIdentityCredentials',
  unauthRole: 'arn:aws:sts::000000000000:assumed-role/guest/CognitoIdentityCredentials',
};

interface Resource {
  Type: string;
  Properties: Record<string, unknown>;
}

class Unauthorized extends Error {}

/** @param sdl whose fields of Query are resolved by functions named `answer` */
export function synthesizeAuthorization(sdl: string): AmplifyAuthorization {
  const out = mkdtempSync(join(tmpdir(), 'authorization-'));
  const removeTransformerFolders = collectTransformerFolders();
  try {
    const { schema, resources, readAsset } = synthesize(sdl, out);
    const types = buildSchema(schema, { assumeValidSDL: true, assumeValid: true }).getTypeMap();
    const templates = new Map(
      resources.flatMap(({ Properties: { Name, RequestMappingTemplateS3Location: location } }): [string, string][] =>
        typeof Name === 'string' && location !== undefined ? [[Name, readAsset(location)]] : [],
      ),
    );
    return (place, caller) => {
      const [typeName = '', fieldName = ''] = place.split('.');
      const type = types[typeName];
      const field = isObjectType(type) ? type.getFields()[fieldName] : undefined;
      if (!isObjectType(type) || field === undefined) throw new Error(`Amplify's schema has no ${place}.`);
      // AppSync itself asks for the mode first, and IAM for the policy; then the templates run.
      const template = templates.get(
        `${typeName}${capitalized(fieldName)}${typeName === 'Query' ? 'AuthFN' : 'DataResolverFn'}`,
      );
      return (
        mayUse(directivesOf(field.astNode) ?? directivesOf(type.astNode) ?? [], caller) &&
        isGranted(fieldName, caller, resources) &&
        (template === undefined || passes(template, caller))
      );
    };
  } finally {
    removeTransformerFolders();
    rmSync(out, { recursive: true });
  }
}

function synthesize(sdl: string, outdir: string) {
  const app = new App({ outdir });
  const stack = new Stack(app, 'Api');
  const role = (name: string) => new Role(stack, name, { assumedBy: new AccountRootPrincipal() });
  // Amplify warns of rules on root fields, which these tests have on purpose.
  const { warn } = console;
  console.warn = () => {};
  // CloudFormation Validate loads its rules for seconds, and says nothing of who can have what.
  vi.stubEnv('CDK_VALIDATION', 'false');
  try {
    new AmplifyData(stack, 'Data', {
      definition: AmplifyDataDefinition.fromString(sdl),
      // As @aws-amplify/backend-data sets them (convert_authorization_modes.js).
      authorizationModes: {
        defaultAuthorizationMode: 'AMAZON_COGNITO_USER_POOLS',
        userPoolConfig: { userPool: new UserPool(stack, 'UserPool') },
        apiKeyConfig: { expires: Duration.days(7) },
        identityPoolConfig: {
          identityPoolId: IDENTITY_POOL_ID,
          authenticatedUserRole: role('Authenticated'),
          unauthenticatedUserRole: role('Unauthenticated'),
        },
        iamConfig: { enableIamAuthorizationMode: true },
      },
      functionNameMap: {
        answer: new LambdaFunction(stack, 'Answer', {
          code: Code.fromInline('exports.handler = async () => {};'),
          handler: 'index.handler',
          runtime: Runtime.NODEJS_24_X,
        }),
      },
    });
    app.synth();
  } finally {
    console.warn = warn;
    vi.stubEnv('CDK_VALIDATION', undefined);
  }
  const templates = readdirSync(outdir).filter((name) => name.endsWith('.template.json'));
  const resources = templates.flatMap((name): Resource[] =>
    Object.values(JSON.parse(readFileSync(join(outdir, name), 'utf8')).Resources),
  );
  /** The content of the asset that a resource refers to by its address in S3. */
  const readAsset = (location: unknown): string => {
    const [name] = /[0-9a-f]{64}\.\w+/.exec(JSON.stringify(location) ?? '') ?? [];
    if (name === undefined) throw new Error(`No asset in ${JSON.stringify(location)}`);
    return readFileSync(join(outdir, `asset.${name}`), 'utf8');
  };
  const definition = resources.find(({ Type }) => Type === 'AWS::AppSync::GraphQLSchema');
  return { schema: readAsset(definition?.Properties.DefinitionS3Location), resources, readAsset };
}

/** The directives that name authorization modes; undefined when there are none. */
function directivesOf(node: { directives?: readonly DirectiveNode[] } | null | undefined): DirectiveNode[] | undefined {
  const modes = (node?.directives ?? []).filter(({ name }) => name.value.startsWith('aws_'));
  return modes.length > 0 ? modes : undefined;
}

function mayUse(modes: readonly DirectiveNode[], { authType, identity }: AppSyncCaller): boolean {
  const mode = modes.find(({ name }) => name.value === MODE_DIRECTIVES[authType]);
  const groups = mode?.arguments?.find(({ name }) => name.value === 'cognito_groups');
  if (mode === undefined || groups === undefined) return mode !== undefined;
  const own: unknown = identity?.groups;
  const allowed: unknown = valueFromASTUntyped(groups.value);
  return Array.isArray(own) && Array.isArray(allowed) && own.some((group) => allowed.includes(group));
}

/** A user of the identity pool needs the field in the policy that Amplify attaches to their role. */
function isGranted(fieldName: string, { identity }: AppSyncCaller, resources: readonly Resource[]): boolean {
  const role = { authenticated: 'Authenticated', unauthenticated: 'Unauthenticated' }[
    String(identity?.cognitoIdentityAuthType)
  ];
  if (role === undefined) return true;
  const policies = resources.filter(
    ({ Type, Properties }) =>
      Type === 'AWS::IAM::ManagedPolicy' && JSON.stringify(Properties.Roles).includes(`"${role}`),
  );
  return policies.some((policy) => JSON.stringify(policy).includes(`"fieldName":"${fieldName}"`));
}

function capitalized(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}

function javaList(value: unknown): unknown {
  return Array.isArray(value) ? { contains: (entry: unknown) => value.includes(entry) } : value;
}

/** Runs a template with the parts of $ctx and $util that Amplify's rules use. Objects are Java maps there. */
function passes(template: string, { authType, identity }: AppSyncCaller): boolean {
  const javaMap = (values: Readonly<Record<string, unknown>>) => ({
    ...values,
    get: (name: string) => javaList(values[name]),
  });
  const claims = identity?.claims as Readonly<Record<string, unknown>> | undefined;
  const ctx = {
    identity: identity && { ...identity, ...(claims && { claims: javaMap(claims) }) },
    stash: { ...STASH, put: () => null },
    source: {},
  };
  const util = {
    authType: () => authType,
    isNull: (value: unknown) => value === null || value === undefined,
    isString: (value: unknown) => typeof value === 'string',
    defaultIfNull: (value: unknown, fallback: unknown) => value ?? fallback,
    qr: () => '',
    toJson: (value: unknown) => JSON.stringify(value),
    unauthorized: () => {
      throw new Unauthorized();
    },
  };
  try {
    velocity.render(template, { ctx, util });
    return true;
  } catch (error) {
    if (error instanceof Unauthorized) return false;
    throw error;
  }
}
