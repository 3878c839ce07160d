/** The Lambda function that resolves the orders' queries and mutations. Its network and its database are not set here. */
import { defineFunction } from '@aws-amplify/backend';

/**
 * No secret(): Amplify fetches it from SSM while the function starts and every minute after, which hangs in subnets
 * without a route to SSM. The database password is an IAM token, signed without any network.
 */
export const ordersApi = defineFunction({
  name: 'orders-api',
  /** Node.js 24, supported by Lambda until April 2028. */
  runtime: 24,
  /** Below AppSync's limit of 30 s, so that a caller gets this function's own error, and above every database timeout. */
  timeoutSeconds: 15,
  /**
   * Memory also buys CPU. At 1024 MB TLS and the token's signature stay out of the way of a cold start; the code itself
   * needs under 150 MB. 128 to 10240.
   */
  memoryMB: 1024,
  /** A fifth cheaper than x86_64, which takes the same bundle: it is JavaScript alone. */
  architecture: 'arm64',
});
