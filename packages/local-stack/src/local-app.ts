/** Describes the app that the local stack serves. An app exports it from its local.config.ts. */

/** For an app without a domain. */
export const HOW_TO_BEGIN =
  'Write a domain, with its table, functions, samples and test, for example: npx vpc-postgres new domain invoices';

export interface GraphqlRequest {
  query: string;
  variables?: Record<string, unknown>;
}

export interface SampleUser {
  username: string;
  groups: readonly string[];
}

/** A request that a page offers, under its name. */
export interface SampleOperation extends GraphqlRequest {
  name: string;
  /** One sentence: what to look at in the answer. */
  note: string;
}

/** The part of an environment of amplify/environments.ts that the local stack looks at. */
export type DescribedEnvironments = Readonly<Record<string, { readonly sqlDataSource?: object | undefined }>>;

/** What the pages and the command line offer of an app, or of one of its domains. */
export interface Samples {
  /** Offered by the console page and by GraphiQL, whose first tabs they are. The first one is shown at the start. */
  operations: readonly SampleOperation[];
  /** What a new data folder starts with, so that the first query finds rows. */
  newData: readonly SampleRequest[];
  /** What `npm start -- --once` sends: a row is written, and the same row is read back. @default - nothing is sent */
  roundTrip?: RoundTrip;
  /** For a command line: short, without quotes and variables. @default '{ __typename }' */
  oneLineQuery?: string;
}

export interface SampleRequest {
  username: string;
  request: GraphqlRequest;
}

export interface RoundTrip {
  username: string;
  write: { field: string; request: GraphqlRequest };
  /**
   * Its answer is the row, or a list with that row alone.
   * @param written the answer of `write`'s field
   */
  read: { field: string; request: (written: Record<string, unknown>) => GraphqlRequest };
}

export interface LocalApp extends Samples {
  /** Root of the app. Its amplify/ is served: data/schema.ts, functions/functions.ts and the groups of auth/resource.ts. */
  projectDirectory: string;
  /** Folder of the SQL files. */
  migrationsFolder: string;
  /** At the start, `npm start` prints which of them have something that the local stack has not. */
  environments: DescribedEnvironments;
  /** Offered by the pages; any other name can be typed in. The first one is signed in at the start. */
  users: readonly SampleUser[];
}

/**
 * Puts the samples of the domains together: the operations and rows of all, the round trip and the one-line query of the first
 * domain that has one.
 */
export function combineSamples(domains: readonly [Required<Samples>, ...Samples[]]): Required<Samples>;
export function combineSamples(domains: readonly Samples[]): Samples;
export function combineSamples(domains: readonly Samples[]): Samples {
  const roundTrip = domains.find((domain) => domain.roundTrip !== undefined)?.roundTrip;
  const oneLineQuery = domains.find((domain) => domain.oneLineQuery !== undefined)?.oneLineQuery;
  return {
    operations: domains.flatMap(({ operations }) => operations),
    newData: domains.flatMap(({ newData }) => newData),
    ...(roundTrip && { roundTrip }),
    ...(oneLineQuery !== undefined && { oneLineQuery }),
  };
}
