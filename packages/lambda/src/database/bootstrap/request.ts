/** What the function that reads the secrets sends to the function in the VPC. Imports nothing of PostgreSQL. */
import { createHash } from 'node:crypto';

/** A name and its password. Held in memory, and never logged or returned. */
export interface Login {
  readonly username: string;
  readonly password: string;
}

/** The properties of the custom resource. */
export interface BootstrapProperties {
  /** Of what the bootstrap does: see bootstrapVersion(). */
  readonly Version: string;
  /** `host:port/name` of the database. */
  readonly Database: string;
}

export interface BootstrapRequest extends BootstrapProperties {
  readonly RequestType: 'Create' | 'Update';
  readonly master: Login;
  /** `iam`: the users sign in with tokens. Otherwise the passwords with which the proxy logs in as them. */
  readonly users: 'iam' | readonly Login[];
}

/** The users that bootstrap.sql makes for logging in. */
export const BOOTSTRAP_USERS = { user: 'app', migrator: 'migrator' } as const;

/** Raised when the function does something else beside running the file: a deployment then takes the step again. */
const REVISION = 1;

/** @param sql The text of bootstrap.sql. @returns 16 hexadecimal digits. */
export function bootstrapVersion(sql: string): string {
  return createHash('sha256').update(`${REVISION}\n${sql}`).digest('hex').slice(0, 16);
}
