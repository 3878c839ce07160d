/** An error that the operator can fix; a command line prints its message without a stack trace. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError';
}
