import { CommandError } from '../command-error.js';
import type { Refusal } from './answer.js';

/** For a command that cannot do anything without credentials. @param refusal With the reason `not signed in`. */
export function notSignedIn({ read, message }: Refusal): CommandError {
  return new CommandError(
    `AWS was not asked, or rejected the credentials (${read}): ${message}\nSign in first, for example: aws sso login`,
  );
}
