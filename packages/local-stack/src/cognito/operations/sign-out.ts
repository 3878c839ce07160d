/** Ends sessions: one device's, or all of a user's. */
import { z } from 'zod';
import { invalidAccessToken } from '../errors.js';
import { findSession, revokeSessions, userOfToken } from '../sessions.js';
import { assertClient } from './client.js';
import { clientId, operation, token } from './input.js';

export const globalSignOut = operation(z.object({ AccessToken: token }), async ({ AccessToken }, context) => {
  revokeSessions(context, await userOfToken(context, AccessToken, invalidAccessToken));
  await context.pool.users.save();
  return {};
});

/** As in Cognito, a token that is none, or was revoked before, is no error. */
export const revokeToken = operation(
  z.object({ ClientId: clientId, Token: token }),
  async ({ ClientId, Token }, context) => {
    assertClient(context, ClientId, 'UnauthorizedException');
    const found = findSession(context, Token);
    if (found === undefined) return {};
    found.session.isRevoked = true;
    await context.pool.users.save();
    return {};
  },
);
