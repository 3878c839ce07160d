/** Puts the user pool together: its operations, its identity pool, its keys for those who check tokens, and its inbox. */
import type { IncomingMessage } from 'node:http';
import type { AppSyncCredentials } from '../appsync/credentials-file.js';
import { RequestRefusedError } from '../appsync/errors.js';
import { isSigned, verifySignature } from '../appsync/iam-signature.js';
import { createInboxRoutes } from '../web/inbox/routes.js';
import { refuseMethod, sendJson } from '../web/json.js';
import type { WebRoute } from '../web/server.js';
import { createJsonEndpoint, type FoundOperation } from './endpoint.js';
import { CognitoError, type CognitoErrorName } from './errors.js';
import { IdentityPool } from './identity-pool.js';
import type { Inbox } from './inbox.js';
import type { IdentityContext } from './operations/identities.js';
import { createPoolContext, type PoolContext } from './pool-context.js';
import type { UserPoolSettings } from './settings.js';
import type { LocalUserPool } from './user-pool.js';

export const USER_POOL_PATH = '/cognito-idp';
export const IDENTITY_POOL_PATH = '/cognito-identity';

export interface UserPoolRoutesOptions {
  userPool: LocalUserPool;
  settings: () => UserPoolSettings;
  inbox: Inbox;
  /** Whose signatures administer the pool, and what the credentials of the identity pool are derived from. */
  access: AppSyncCredentials;
  /** Of the signatures. */
  region: string;
}

export function createUserPoolRoutes(options: UserPoolRoutesOptions): WebRoute[] {
  const { userPool: pool, settings, inbox, access } = options;
  const context = createPoolContext({ pool, settings, inbox });
  const identityPool = new IdentityPool(pool, access.identityPoolSecret);
  const users = createJsonEndpoint({
    target: 'AWSCognitoIdentityProviderService',
    name: 'user pool',
    find: (name) => findUserPoolOperation(name, context),
    authorize: (name, request, body) => assertAllowed(name, { request, body, identityPool }, options),
  });
  const identities = createJsonEndpoint({
    target: 'AWSCognitoIdentityService',
    name: 'identity pool',
    find: (name) => findIdentityPoolOperation(name, { context, identityPool }),
    authorize: () => {},
  });
  return [
    ...routesAt(USER_POOL_PATH, users),
    ...routesAt(IDENTITY_POOL_PATH, identities),
    ...createInboxRoutes(inbox),
    {
      path: `/${pool.id}/.well-known/jwks.json`,
      handle(request, response) {
        if (request.method !== 'GET') return refuseMethod(response, 'GET');
        sendJson(response, 200, pool.jwks);
      },
    },
  ];
}

/** Some clients put the path of the request behind that of the endpoint. */
const routesAt = (path: string, handle: WebRoute['handle']): WebRoute[] => [
  { path, handle },
  { path: `${path}/`, handle },
];

/** Loaded with the first request: `npm start` does not wait for them. */
async function findUserPoolOperation(name: string, context: PoolContext): Promise<FoundOperation | undefined> {
  const { PUBLIC_OPERATIONS, SIGNED_OPERATIONS } = await import('./operations/table.js');
  const needsSignature = Object.hasOwn(SIGNED_OPERATIONS, name);
  const operations = needsSignature ? SIGNED_OPERATIONS : PUBLIC_OPERATIONS;
  const run = Object.hasOwn(operations, name) ? operations[name] : undefined;
  return run && { run: (input) => run(input, context), needsSignature };
}

async function findIdentityPoolOperation(name: string, context: IdentityContext): Promise<FoundOperation | undefined> {
  const { IDENTITY_OPERATIONS } = await import('./operations/identities.js');
  const run = Object.hasOwn(IDENTITY_OPERATIONS, name) ? IDENTITY_OPERATIONS[name] : undefined;
  return run && { run: (input) => run(input, context), needsSignature: false };
}

/** As an administrator: the role that Amplify gives no rules to. */
function assertAllowed(
  operationName: string,
  { request, body, identityPool }: { request: IncomingMessage; body: Buffer; identityPool: IdentityPool },
  { access, region }: UserPoolRoutesOptions,
): void {
  const { method = '', url = '', headers } = request;
  if (!isSigned(headers.authorization ?? '')) {
    throw new CognitoError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  try {
    const identity = verifySignature(
      { method, url, headers, body },
      { region, access, identityPool, service: 'cognito-idp', now: Date.now() },
    );
    if (identity === undefined) return;
  } catch (error) {
    if (error instanceof RequestRefusedError)
      throw new CognitoError(error.errorType as CognitoErrorName, error.message);
    throw error;
  }
  throw new CognitoError(
    'NotAuthorizedException',
    `The role is not authorized to perform: cognito-idp:${operationName}`,
  );
}
