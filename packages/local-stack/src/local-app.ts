/** Describes the app that the local stack serves. An app exports it from its local.config.ts. */

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

export interface FunctionLimits {
  /** 1..900, as in the function's resource.ts. */
  timeoutSeconds: number;
  /** 128..10240, as in the function's resource.ts. Reported, not enforced. */
  memoryMB: number;
}

/** The part of an environment of amplify/environments.ts that the local stack looks at. */
export type DescribedEnvironments = Readonly<Record<string, { readonly sqlDataSource?: object | undefined }>>;

export interface LocalApp {
  /** Root of the app. The code of the function NAME is in amplify/functions/NAME/handler.ts. */
  projectDirectory: string;
  /** What amplify/data/schema.ts exports. */
  schema: { transform(): { schema: string } };
  /** Folder of the SQL files. */
  migrationsFolder: string;
  /** Of every function of the schema. */
  functionLimits: FunctionLimits;
  /** At the start, `npm start` prints which of them have something that the local stack has not. */
  environments: DescribedEnvironments;
  /** Offered by the pages; any other name can be typed in. The first one is signed in at the start. */
  users: readonly SampleUser[];
  /** Offered by the console page and by GraphiQL, whose first tabs they are. The first one is shown at the start. */
  operations: readonly SampleOperation[];
  /** What a new data folder starts with, so that the first query finds rows. */
  newData: readonly { username: string; request: GraphqlRequest }[];
  /** What `npm start -- --once` sends: a row is written, and the same row is read back. */
  roundTrip: {
    username: string;
    write: { field: string; request: GraphqlRequest };
    /** @param written the answer of `write`'s field */
    read: { field: string; request: (written: Record<string, unknown>) => GraphqlRequest };
  };
  /** For a command line: short, without quotes and variables. */
  oneLineQuery: string;
}
