/** The callers that a schema is tried as: the users of local.config.ts, one user of each other group, those of its other modes, and nobody. */
import { authRulesIn } from '../appsync/directives.js';
import { signRequest } from '../appsync/iam-signature.js';
import { authorizationModesOf } from '../appsync/schema.js';
import { type Identity, IdentityPool } from '../cognito/identity-pool.js';
import { subOf } from '../cognito/user-pool.js';
import type { LocalApp, SampleUser } from '../local-app.js';
import { LOCAL_REGION } from '../stack.js';
import type { LocalStack } from '../stack-options.js';

export interface OperationCaller {
  /** `alice`, `a user of accounting`, `an anonymous caller` */
  readonly name: string;
  /** What a POST carries to say who calls. */
  headers(url: string, body: string): Promise<Record<string, string>>;
  /** False for a caller whom AppSync must refuse as a whole. */
  readonly isKnown: boolean;
}

export function userCaller({ userPool }: LocalStack, user: SampleUser, name: string = user.username): OperationCaller {
  return { name, isKnown: true, headers: async () => ({ authorization: await userPool.issueToken(user) }) };
}

export function callersOf(stack: LocalStack, { users }: LocalApp, sdl: string): OperationCaller[] {
  const held = users.flatMap(({ groups }) => groups);
  const others = [...new Set(authRulesIn(sdl).flatMap(({ groups = [] }) => groups))].filter(
    (group) => !held.includes(group),
  );
  const { apiKey } = stack.appSyncCredentials;
  const modes = authorizationModesOf(sdl);
  return [
    ...users.map((user) => userCaller(stack, user)),
    ...others.map((group) =>
      userCaller(stack, { username: `member-of-${group}`, groups: [group] }, `a user of ${group}`),
    ),
    ...(modes.has('apiKey')
      ? [{ name: 'a caller with the API key', isKnown: true, headers: async () => ({ 'x-api-key': apiKey }) }]
      : []),
    ...(modes.has('iam') ? identityPoolCallers(stack) : []),
    { name: 'an anonymous caller', isKnown: false, headers: async () => ({}) },
  ];
}

function identityPoolCallers({ userPool, appSyncCredentials }: LocalStack): OperationCaller[] {
  const pool = new IdentityPool(userPool, appSyncCredentials.identityPoolSecret);
  const signedBy = (identity: Identity, name: string): OperationCaller => ({
    name,
    isKnown: true,
    async headers(url, body) {
      const now = Date.now();
      const request = { method: 'POST', url: new URL(url), body };
      return signRequest(request, pool.issueCredentials(identity, now), {
        region: LOCAL_REGION,
        service: 'appsync',
        now,
      });
    },
  });
  return [
    signedBy(pool.identityOfUser(subOf('user-of-the-identity-pool')), 'a user of the identity pool'),
    signedBy(pool.createGuest(), 'a guest of the identity pool'),
  ];
}
