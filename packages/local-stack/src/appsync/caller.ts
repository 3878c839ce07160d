/** Who calls, by the authorization mode that the request chose: what AppSync's `$context.identity` is made of. */
import type { Identity } from '../cognito/identity-pool.js';
import type { UserPoolIdentity } from '../cognito/user-pool.js';

/** The roles that an IAM caller may have: those of an identity pool's users, and any other. */
export type IamRole = Identity['role'] | 'service';

/** The identity object that AppSync hands to a resolver for a caller who signed with IAM credentials. */
export interface IamIdentity {
  accountId: string;
  /** Null for a role that is none of an identity pool's, as the three below it. */
  cognitoIdentityPoolId: string | null;
  cognitoIdentityId: string | null;
  cognitoIdentityAuthType: 'authenticated' | 'unauthenticated' | null;
  /** Null for a guest, too. */
  cognitoIdentityAuthProvider: string | null;
  sourceIp: string[];
  username: string;
  userArn: string;
}

export type AuthenticatedCaller =
  | { mode: 'userPool'; identity: UserPoolIdentity }
  /** The holder of the key. AppSync knows nothing more of them. */
  | { mode: 'apiKey'; identity: null }
  | { mode: 'iam'; role: IamRole; identity: IamIdentity };

export type AuthorizationMode = AuthenticatedCaller['mode'];

/** For the log: a user's name, or what there is instead of one. */
export function callerName(caller: AuthenticatedCaller): string {
  if (caller.mode === 'userPool') return caller.identity.username;
  return caller.mode === 'apiKey' ? 'API key' : `IAM ${caller.role}`;
}
