/** The callers that a schema is tried as: the users of local.config.ts, one user of each other group, and nobody. */
import { authRulesIn } from '../appsync/directives.js';
import { authorizationModesOf } from '../appsync/schema.js';
import type { LocalApp, SampleUser } from '../local-app.js';
import type { LocalStack } from '../stack-options.js';

export interface OperationCaller {
  /** `alice`, `a user of accounting`, `an anonymous caller` */
  readonly name: string;
  /** What the request carries to say who calls. */
  headers(): Promise<Record<string, string>>;
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
  return [
    ...users.map((user) => userCaller(stack, user)),
    ...others.map((group) =>
      userCaller(stack, { username: `member-of-${group}`, groups: [group] }, `a user of ${group}`),
    ),
    ...(authorizationModesOf(sdl).has('apiKey')
      ? [{ name: 'a caller with the API key', isKnown: true, headers: async () => ({ 'x-api-key': apiKey }) }]
      : []),
    { name: 'an anonymous caller', isKnown: false, headers: async () => ({}) },
  ];
}
