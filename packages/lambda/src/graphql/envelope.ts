/**
 * Defines what a resolver's Lambda returns to AppSync. AppSync turns anything that a Lambda throws into `Lambda:Unhandled`, so a
 * client could not tell "no such order" from "database down". The function therefore returns its errors as data, and the
 * resolver's response mapping (packages/backend/src/data/typed-errors.ts; locally packages/local-stack/src/appsync) raises them as GraphQL errors.
 */
export type ResolverEnvelope<Data = unknown> = { data: Data } | { error: ResolverError };

export interface ResolverError {
  /** `errorType` in the GraphQL response: what a client switches on. */
  type: string;
  /** Safe to show to the caller. */
  message: string;
  /** `errorInfo` in the GraphQL response, for example the fields that were rejected. */
  info?: Record<string, unknown>;
}
