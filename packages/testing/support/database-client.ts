/** packages/lambda/src/database in the test's own process, against the emulator of a local stack: verified TLS, IAM tokens, its pool. */
import { readFile } from 'node:fs/promises';
import { Signer } from '@aws-sdk/rds-signer';
import { createDatabase, type PooledDatabase } from '@vpc-postgres/lambda/database/database.js';
import type { PoolOptions } from '@vpc-postgres/lambda/database/pool.js';
import type { TestStack } from './local-stack.js';

export interface DatabaseClientOptions extends Partial<PoolOptions> {
  /** Of a relay before the emulator. @default the emulator's own */
  port?: number;
}

/** One Lambda environment's worth of connections. The test must end it. */
export async function connectDatabase(
  { access }: Pick<TestStack, 'access'>,
  { port = access.port, ...options }: DatabaseClientOptions = {},
): Promise<PooledDatabase> {
  const { host, user, database, region, credentials } = access;
  // For the emulator's port, whichever port leads there.
  const signer = new Signer({ hostname: host, port: access.port, username: user, region, credentials });
  return createDatabase(
    { host, port, user, database, region, credentials: () => credentials },
    {
      applicationName: 'test',
      certificateAuthorities: await readFile(access.caPath, 'utf8'),
      password: () => signer.getAuthToken(),
      onIdleError: () => {},
      ...options,
    },
  );
}
