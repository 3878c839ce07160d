/** A function that failed, as Lambda reports it to whoever invoked it. */
export class FunctionError extends Error {
  override readonly name = 'FunctionError';

  /**
   * @param errorType `errorType` of Lambda's error payload, for example Sandbox.Timedout or the name of the class thrown.
   */
  constructor(
    readonly errorType: string,
    message: string,
  ) {
    super(message);
  }
}
