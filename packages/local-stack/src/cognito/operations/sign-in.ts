/** InitiateAuth and its challenges: who signs in, with what, and what else is asked before the tokens are given. */
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { readAttributes } from '../attributes.js';
import type { Challenge } from '../challenges.js';
import {
  CognitoError,
  invalidParameter,
  invalidSession,
  userDisabled,
  userNotFound,
  wrongPassword,
} from '../errors.js';
import { assertPasswordConforms, checkPassword, ownerOf, setPassword, verifierOf } from '../password.js';
import type { PoolContext } from '../pool-context.js';
import { renewSession, startSession } from '../sessions.js';
import type { AuthFlow } from '../settings.js';
import { startExchange } from '../srp.js';
import type { StoredUser } from '../users.js';
import { assertClient } from './client.js';
import { clientId, operation, parameters, session, token } from './input.js';
import { assertMfaIsSetUp, needsSecondFactor, respondToSecondFactor } from './second-factor.js';

type Parameters = Readonly<Record<string, string>>;

/** Old names of flows that clients still send. */
const FLOWS: Readonly<Record<string, AuthFlow>> = {
  USER_SRP_AUTH: 'USER_SRP_AUTH',
  USER_PASSWORD_AUTH: 'USER_PASSWORD_AUTH',
  REFRESH_TOKEN_AUTH: 'REFRESH_TOKEN_AUTH',
  REFRESH_TOKEN: 'REFRESH_TOKEN_AUTH',
};
/** Of the attributes that an invited user adds to the new password. */
const ATTRIBUTE_PREFIX = 'userAttributes.';
const FLOWS_NOT_HERE = ['USER_AUTH', 'CUSTOM_AUTH', 'ADMIN_NO_SRP_AUTH', 'ADMIN_USER_PASSWORD_AUTH'];

export const initiateAuth = operation(
  z.object({ ClientId: clientId, AuthFlow: z.string(), AuthParameters: parameters.default({}) }),
  async ({ ClientId, AuthFlow, AuthParameters }, context) => {
    assertClient(context, ClientId);
    const flow = Object.hasOwn(FLOWS, AuthFlow) ? FLOWS[AuthFlow] : undefined;
    if (flow === undefined && !FLOWS_NOT_HERE.includes(AuthFlow)) {
      throw invalidParameter(
        "1 validation error detected: Value at 'authFlow' failed to satisfy constraint: " +
          `Member must satisfy enum value set: [${[...Object.keys(FLOWS), ...FLOWS_NOT_HERE].join(', ')}]`,
      );
    }
    if (flow === undefined || !context.settings().authFlows.includes(flow)) {
      throw invalidParameter(`${AuthFlow} flow not enabled for this client`);
    }
    if (flow === 'USER_SRP_AUTH') return startSrp(context, AuthParameters);
    if (flow === 'USER_PASSWORD_AUTH') return signInWithPassword(context, AuthParameters);
    return {
      AuthenticationResult: await renewSession(context, required(AuthParameters, 'REFRESH_TOKEN')),
      ChallengeParameters: {},
    };
  },
);

export const getTokensFromRefreshToken = operation(
  z.object({ ClientId: clientId, RefreshToken: token }),
  async ({ ClientId, RefreshToken }, context) => {
    assertClient(context, ClientId);
    return { AuthenticationResult: await renewSession(context, RefreshToken) };
  },
);

export const respondToAuthChallenge = operation(
  z.object({
    ClientId: clientId,
    ChallengeName: z.string(),
    ChallengeResponses: parameters.default({}),
    Session: session.optional(),
  }),
  async ({ ClientId, ChallengeName, ChallengeResponses, Session }, context) => {
    assertClient(context, ClientId);
    if (ChallengeName === 'PASSWORD_VERIFIER') return finishSrp(context, ChallengeResponses);
    if (!['NEW_PASSWORD_REQUIRED', 'SOFTWARE_TOKEN_MFA', 'MFA_SETUP'].includes(ChallengeName)) {
      throw invalidParameter(`The local user pool does not have the challenge ${ChallengeName}.`);
    }
    const challenge = Session === undefined ? undefined : context.challenges.find(Session);
    if (Session === undefined || challenge?.name !== ChallengeName) throw invalidSession();
    const user = challenge.username === undefined ? undefined : context.pool.users.find(challenge.username);
    if (user === undefined) throw invalidSession();
    if (!user.isEnabled) throw userDisabled();
    if (ChallengeName === 'NEW_PASSWORD_REQUIRED') {
      await chooseNewPassword(context, user, ChallengeResponses);
      context.challenges.close(Session);
      return afterPassword(context, user);
    }
    if (challenge.name === 'MFA_SETUP') assertMfaIsSetUp(challenge);
    else respondToSecondFactor(context, user, required(ChallengeResponses, 'SOFTWARE_TOKEN_MFA_CODE'));
    context.challenges.close(Session);
    return { AuthenticationResult: await startSession(context, user), ChallengeParameters: {} };
  },
);

function startSrp(context: PoolContext, given: Parameters): object {
  const name = required(given, 'USERNAME');
  const user = context.pool.users.find(name);
  if (user === undefined && !context.settings().preventUserExistenceErrors) throw userNotFound();
  const invented = inventUser(context, name);
  const verifier = user === undefined ? invented.verifier : verifierOf(context, user);
  const userIdForSrp = user?.username ?? invented.username;
  const exchange = startExchange(required(given, 'SRP_A'), verifier);
  if (exchange === undefined) throw invalidParameter('Invalid SRP_A.');
  const { challenges } = context;
  const challenge: Challenge = { name: 'PASSWORD_VERIFIER', username: user?.username, userIdForSrp, exchange };
  return {
    ChallengeName: 'PASSWORD_VERIFIER',
    ChallengeParameters: {
      SALT: verifier.salt,
      SECRET_BLOCK: challenges.open(challenge),
      SRP_B: exchange.publicValue,
      USERNAME: userIdForSrp,
      USER_ID_FOR_SRP: userIdForSrp,
    },
  };
}

/** The same for the same name, so that asking twice tells nothing. No password has this verifier. */
function inventUser({ secret }: PoolContext, name: string) {
  const hash = (what: string) => createHmac('sha256', secret).update(`${what} of ${name.toLowerCase()}`).digest('hex');
  const username = hash('username').replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-8$4-$5');
  return { username, verifier: { salt: hash('salt').slice(0, 32), verifier: hash('verifier') } };
}

async function finishSrp(context: PoolContext, given: Parameters): Promise<object> {
  const { challenges, attempts, pool } = context;
  const secretBlock = required(given, 'PASSWORD_CLAIM_SECRET_BLOCK');
  const signature = required(given, 'PASSWORD_CLAIM_SIGNATURE');
  const timestamp = required(given, 'TIMESTAMP');
  required(given, 'USERNAME');
  if (!/^[A-Z][a-z]{2} [A-Z][a-z]{2} \d{1,2} \d\d:\d\d:\d\d UTC \d{4}$/.test(timestamp)) {
    throw invalidParameter('TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english.');
  }
  const challenge = challenges.find(secretBlock);
  if (challenge?.name !== 'PASSWORD_VERIFIER') throw wrongPassword();
  // One answer to a challenge, or a password could be guessed as often as one likes.
  challenges.close(secretBlock);
  const { username, userIdForSrp, exchange } = challenge;
  const attemptsOf = username ?? userIdForSrp;
  attempts.assertPasswordAllowed(attemptsOf);
  const owner = ownerOf(context, userIdForSrp);
  const user = username === undefined ? undefined : pool.users.find(username);
  if (!exchange.isProof({ owner, secretBlock, timestamp, signature }) || user === undefined) {
    attempts.wrongPassword(attemptsOf);
    throw wrongPassword();
  }
  attempts.rightPassword(attemptsOf);
  return afterPassword(context, user);
}

async function signInWithPassword(context: PoolContext, given: Parameters): Promise<object> {
  const name = required(given, 'USERNAME');
  const password = required(given, 'PASSWORD');
  const user = context.pool.users.find(name);
  if (user === undefined) {
    if (!context.settings().preventUserExistenceErrors) throw userNotFound();
    // A user that is locked out exists, unless that is not to be seen.
    const { username } = inventUser(context, name);
    context.attempts.assertPasswordAllowed(username);
    context.attempts.wrongPassword(username);
    throw wrongPassword();
  }
  if (!checkPassword(context, user, password)) throw wrongPassword();
  return afterPassword(context, user);
}

/** The password was right. */
async function afterPassword(context: PoolContext, user: StoredUser): Promise<object> {
  const { challenges, now } = context;
  if (!user.isEnabled) throw userDisabled();
  if (user.status === 'UNCONFIRMED') throw new CognitoError('UserNotConfirmedException', 'User is not confirmed.');
  if (user.status === 'RESET_REQUIRED') {
    throw new CognitoError('PasswordResetRequiredException', 'Password reset required for the user');
  }
  if (user.status === 'FORCE_CHANGE_PASSWORD') {
    if ((user.temporaryPasswordUntilMillis ?? 0) <= now()) {
      const message = 'Temporary password has expired and must be reset by an administrator.';
      throw new CognitoError('NotAuthorizedException', message);
    }
    return {
      ChallengeName: 'NEW_PASSWORD_REQUIRED',
      Session: challenges.open({ name: 'NEW_PASSWORD_REQUIRED', username: user.username }),
      ChallengeParameters: {
        USER_ID_FOR_SRP: user.username,
        requiredAttributes: '[]',
        userAttributes: JSON.stringify(user.attributes),
      },
    };
  }
  const name = needsSecondFactor(context, user);
  if (name !== undefined) {
    return {
      ChallengeName: name,
      Session: challenges.open({ name, username: user.username }),
      ChallengeParameters: {
        USER_ID_FOR_SRP: user.username,
        ...(name === 'MFA_SETUP' && { MFAS_CAN_SETUP: '["SOFTWARE_TOKEN_MFA"]' }),
      },
    };
  }
  return { AuthenticationResult: await startSession(context, user), ChallengeParameters: {} };
}

async function chooseNewPassword(context: PoolContext, user: StoredUser, given: Parameters): Promise<void> {
  const password = required(given, 'NEW_PASSWORD');
  const attributes = Object.entries(given).flatMap(([name, Value]) =>
    name.startsWith(ATTRIBUTE_PREFIX) ? [{ Name: name.slice(ATTRIBUTE_PREFIX.length), Value }] : [],
  );
  const own = readAttributes(attributes, context.settings(), 'client');
  assertPasswordConforms(password, context.settings().passwordPolicy);
  setPassword(context, user, password);
  Object.assign(user.attributes, own);
  user.status = 'CONFIRMED';
  await context.pool.users.save();
}

function required(given: Parameters, name: string): string {
  const value = Object.hasOwn(given, name) ? given[name] : undefined;
  if (value === undefined || value === '') throw invalidParameter(`Missing required parameter ${name}`);
  return value;
}
