/** Defines the error that the local stack prints: what failed, and how to fix it. */

/**
 * A problem that the person at the keyboard can solve. The command line prints `message`, then `fix`, and exits 1;
 * any other error is a defect and is printed with its stack.
 */
export class LocalStackError extends Error {
  override readonly name = 'LocalStackError';

  /**
   * @param message one sentence: what is wrong, with the value found
   * @param fix one sentence: what to do, as a command where one exists
   * @param options `cause`, where another error led to this one
   */
  constructor(
    message: string,
    readonly fix: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
