import { CommandError } from './command-error.js';

/** An error in reaching or signing in to a database that the operator can fix. */
export class TokenError extends CommandError {
  override readonly name = 'TokenError';
}
