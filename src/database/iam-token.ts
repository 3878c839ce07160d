/**
 * Signs the IAM token that stands in for a database password. Signing happens offline, from the credentials that Lambda
 * puts into the environment: it needs no route out of the VPC.
 */
import { Signer } from '@aws-sdk/rds-signer';
import type { DatabaseSettings } from './settings.js';

/**
 * Returns the `password` function for node-postgres, which calls it once for each new connection. The token is not
 * cached: it lives for 15 minutes, dies with the credentials that signed it, and costs less than a millisecond.
 *
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html
 */
export function iamTokenSigner({ host, port, user, region }: DatabaseSettings): () => Promise<string> {
  const signer = new Signer({ hostname: host, port, username: user, region });
  return () => signer.getAuthToken();
}
