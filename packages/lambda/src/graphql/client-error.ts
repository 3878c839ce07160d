/** Defines the errors that are meant for the caller: their type, message and info reach the client as they are. */

export class ClientError extends Error {
  /**
   * @param type `errorType` of the GraphQL response: PascalCase, part of the API.
   * @param message Shown to the caller. No secrets, no other customer's data.
   * @param info `errorInfo` of the GraphQL response.
   */
  constructor(
    readonly type: string,
    message: string,
    readonly info?: Record<string, unknown>,
  ) {
    super(message);
    this.name = type;
  }
}

export interface InputProblem {
  /** Path of the argument, for example lines[0].quantity. */
  field: string;
  /** What is expected. */
  message: string;
}

/** Arguments that were rejected, all of them at once. Nothing has been written. */
export class InvalidInputError extends ClientError {
  constructor(readonly problems: readonly InputProblem[]) {
    super('InvalidInput', problems.map(({ field, message }) => `${field}: ${message}`).join(' '), {
      problems: [...problems],
    });
  }
}
