/** What `vpc-postgres discover` is asked, and what it has found and proposes. Types only. */
import type { FoundAccount } from './found.js';
import type { Choice, Proposal } from './propose.js';

export interface DiscoverOptions {
  readonly environment: string;
  readonly region?: string | undefined;
  readonly vpc?: string | undefined;
  readonly subnets?: string | undefined;
  readonly database?: string | undefined;
  readonly databaseName?: string | undefined;
  readonly user?: string | undefined;
  readonly secret?: string | undefined;
  readonly yes: boolean;
  readonly json: boolean;
}

export interface Discovery extends Proposal {
  readonly name: string;
  readonly found: FoundAccount;
  readonly choice: Choice;
  /** What a month of a database and a proxy that are created costs, in USD; absent where they exist. */
  readonly newUsd?: number;
  /** The files that change, or would. */
  readonly changes: readonly { readonly path: string; readonly diff: string }[];
  readonly written: boolean;
}
