/** A user pool with a clock that a test turns, and a client that calls its operations by name. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, vi } from 'vitest';
import { CognitoError } from '../../../src/cognito/errors.js';
import { Inbox } from '../../../src/cognito/inbox.js';
import { PUBLIC_OPERATIONS, SIGNED_OPERATIONS } from '../../../src/cognito/operations/table.js';
import { createPoolContext, type PoolContext } from '../../../src/cognito/pool-context.js';
import { readUserPoolSettings, type UserPoolSettings } from '../../../src/cognito/settings.js';
import { type LocalUserPool, loadOrCreateUserPool, seedUsers } from '../../../src/cognito/user-pool.js';
import { isInModel } from '../../model-exceptions.js';

export const PASSWORD = 'Correct-horse-1';
export const OTHER_PASSWORD = 'Battery-staple-2';

// biome-ignore lint/suspicious/noExplicitAny: what an operation answers is what the test is about.
export type Answer = any;

export interface PoolUnderTest {
  pool: () => LocalUserPool;
  context: () => PoolContext;
  /** Calls an operation, with the app client's and the pool's id. Rejects with a CognitoError, one that AWS's model lists for it. */
  call: (operation: string, input?: object) => Promise<Answer>;
  /** As `call`: the name of the refusal and its message. */
  refusal: (operation: string, input?: object) => Promise<[string, string]>;
  /** The code sent last. */
  lastCode: () => string;
  inbox: () => Inbox;
  /** Changes what the pool enforces, until the test ends. */
  configure: (settings: Partial<UserPoolSettings>) => void;
  /** Turns the clock forward. */
  pass: (duration: { seconds?: number; minutes?: number; hours?: number; days?: number }) => void;
  /** A confirmed user. @returns the tokens of a sign-in */
  signedUp: (email: string) => Promise<Record<'AccessToken' | 'IdToken' | 'RefreshToken', string>>;
  signIn: (email: string, password?: string) => Promise<Answer>;
  /** The pool as another start would read it. */
  reopen: () => Promise<LocalUserPool>;
}

const DECLARED = {
  loginWith: { email: true },
  multifactor: { mode: 'OPTIONAL', totp: true },
  groups: ['admins', 'auditors'],
};

/** USER_PASSWORD_AUTH is allowed, so that a test can sign in with one call. SRP has tests of its own. */
export function poolUnderTest(): PoolUnderTest {
  const declared: UserPoolSettings = {
    ...readUserPoolSettings(DECLARED),
    authFlows: ['USER_SRP_AUTH', 'USER_PASSWORD_AUTH', 'REFRESH_TOKEN_AUTH'],
  };
  let settings = declared;
  let stateDirectory: string;
  let context: PoolContext;

  beforeAll(async () => {
    stateDirectory = await mkdtemp(join(tmpdir(), 'pool-under-test-'));
    const pool = await loadOrCreateUserPool(stateDirectory);
    await seedUsers(pool, [
      { username: 'alice', groups: [] },
      { username: 'carol', groups: ['admins'] },
    ]);
    context = createPoolContext({ pool, settings: () => settings, inbox: new Inbox(), now: () => Date.now() });
  });
  afterEach(() => {
    settings = declared;
    vi.useRealTimers();
  });
  afterAll(() => rm(stateDirectory, { recursive: true }));

  const call = async (name: string, input: object = {}): Promise<Answer> => {
    const run = PUBLIC_OPERATIONS[name] ?? SIGNED_OPERATIONS[name];
    if (run === undefined) throw new Error(`There is no operation ${name}.`);
    try {
      return await run({ ClientId: context.pool.clientId, UserPoolId: context.pool.id, ...input }, context);
    } catch (error) {
      if (!(error instanceof CognitoError) || isInModel(name, error.name)) throw error;
      throw new Error(`The model of ${name} does not list ${error.name}: ${error.message}`);
    }
  };
  const lastCode = () => context.inbox.messages()[0]?.code ?? 'no code';
  const signIn = (email: string, password = PASSWORD) =>
    call('InitiateAuth', {
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: email, PASSWORD: password },
    });
  return {
    pool: () => context.pool,
    context: () => context,
    call,
    lastCode,
    signIn,
    inbox: () => context.inbox,
    async refusal(name, input) {
      try {
        return ['answered', JSON.stringify(await call(name, input))];
      } catch (error) {
        if (!(error instanceof CognitoError)) throw error;
        return [error.name, error.message];
      }
    },
    configure(changed) {
      settings = { ...settings, ...changed };
    },
    pass({ seconds = 0, minutes = 0, hours = 0, days = 0 }) {
      const millis = 1000 * (seconds + 60 * (minutes + 60 * (hours + 24 * days)));
      vi.useFakeTimers({ now: Date.now() + millis, toFake: ['Date'] });
    },
    async signedUp(email) {
      await call('SignUp', { Username: email, Password: PASSWORD });
      await call('ConfirmSignUp', { Username: email, ConfirmationCode: lastCode() });
      return (await signIn(email)).AuthenticationResult;
    },
    reopen: () => loadOrCreateUserPool(stateDirectory),
  };
}
