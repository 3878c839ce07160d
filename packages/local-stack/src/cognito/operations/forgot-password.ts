/** ForgotPassword and its confirmation. */
import { z } from 'zod';
import { deliveryTo, sendCode, useCode } from '../codes.js';
import { CognitoError, codeMismatch, invalidParameter, userDisabled } from '../errors.js';
import { assertPasswordConforms, setPassword } from '../password.js';
import { clientId, code, operation, password, username } from './input.js';
import { findUser } from './sign-up.js';

export const forgotPassword = operation(
  z.object({ ClientId: clientId, Username: username }),
  async (input, context) => {
    const user = findUser(context, input);
    const isHidden = context.settings().preventUserExistenceErrors;
    const simulated = { CodeDeliveryDetails: deliveryTo(input.Username) };
    if (user === undefined) return simulated;
    if (!user.isEnabled) {
      if (isHidden) return simulated;
      throw userDisabled();
    }
    if (user.status === 'FORCE_CHANGE_PASSWORD') {
      throw new CognitoError('NotAuthorizedException', 'User password cannot be reset in the current state.');
    }
    if (user.attributes.email_verified !== 'true') {
      if (isHidden) return simulated;
      throw invalidParameter(
        'Cannot reset password for the user as there is no registered/verified email or phone_number',
      );
    }
    context.attempts.countCode(`requested forgot-password of ${user.username}`);
    const CodeDeliveryDetails = sendCode(context, user, 'forgot-password');
    await context.pool.users.save();
    return { CodeDeliveryDetails };
  },
);

export const confirmForgotPassword = operation(
  z.object({ ClientId: clientId, Username: username, ConfirmationCode: code, Password: password }),
  async (input, context) => {
    const user = findUser(context, input);
    // As the documentation has it, for both.
    if (user === undefined || !user.isEnabled) throw codeMismatch();
    assertPasswordConforms(input.Password, context.settings().passwordPolicy);
    useCode(context, user, 'forgot-password', input.ConfirmationCode);
    setPassword(context, user, input.Password);
    // The user who got the code has proven the address; and a forgotten password ends what it had locked out.
    if (user.status === 'RESET_REQUIRED' || user.status === 'UNCONFIRMED') user.status = 'CONFIRMED';
    context.attempts.rightPassword(user.username);
    await context.pool.users.save();
    return {};
  },
);
