import { CommandError } from './command-error.js';

/** An error in copying the secret of the SQL data source that the operator can fix. Holds no secret. */
export class SqlSecretError extends CommandError {
  override readonly name = 'SqlSecretError';
}
