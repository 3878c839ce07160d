/** Makes a handler that is no resolver answer a look from inside, too: the function that migrates. */
import { iamTokenSigner } from '../iam-token.js';
import { type LookSubject, lookFromInside } from './look.js';
import { readLookQuestion } from './question.js';
import type { AskedContext } from './registry.js';
import type { LookReport } from './report.js';

export function withLook<Event, Context extends AskedContext, Result>(
  subject: Omit<LookSubject, 'password'>,
  handler: (event: Event, context: Context) => Promise<Result>,
): (event: Event, context: Context) => Promise<Result | LookReport> {
  const { settings } = subject;
  const password = iamTokenSigner(settings, settings.credentials);
  return async (event, context) => {
    const question = readLookQuestion(context.clientContext);
    if (question === undefined) return handler(event, context);
    return lookFromInside({ ...subject, password }, question, context.getRemainingTimeInMillis());
  };
}
