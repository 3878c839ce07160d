/**
 * Returns a resolver's errors to AppSync as data. AppSync turns anything that a Lambda throws into `Lambda:Unhandled`, so a
 * client could not tell "no such order" from "database down". The resolver therefore returns an envelope, and the API's
 * response mapping (packages/backend/src/data/typed-errors.ts; locally packages/local-stack/src/appsync/envelope.ts) unwraps it.
 */

/** Marks an envelope. The response mapping passes every result without this mark to the client unchanged. */
export const ENVELOPE_MARK = 'vpc-postgres';

export type ResolverEnvelope<Data = unknown> = { readonly envelope: typeof ENVELOPE_MARK } & (
  | { readonly data: Data }
  | { readonly error: ResolverError }
);

export interface ResolverError {
  /** `errorType` in the GraphQL response: what a client switches on. */
  type: string;
  /** Safe to show to the caller. */
  message: string;
  /** `errorInfo` in the GraphQL response, for example the fields that were rejected. */
  info?: Record<string, unknown>;
}
