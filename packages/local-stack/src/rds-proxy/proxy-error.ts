/**
 * Creates the errors with which RDS Proxy rejects a client, with its messages and SQLSTATEs.
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.troubleshooting.html
 */

/** Ends a connection with an ErrorResponse. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';

  /**
   * @param sqlState five characters
   * @param message what the client receives
   * @param reason what the log receives, where that is more; never a secret
   */
  constructor(
    readonly sqlState: string,
    message: string,
    readonly reason: string = message,
  ) {
    super(message);
  }
}

const INVALID_AUTHORIZATION = '28000';
const INVALID_PASSWORD = '28P01';
const TOO_MANY_CONNECTIONS = '53300';
const FEATURE_NOT_SUPPORTED = '0A000';
const CONNECTION_EXCEPTION = '08000';
const PROTOCOL_VIOLATION = '08P01';

export function tlsRequired(): ProxyError {
  return new ProxyError(INVALID_AUTHORIZATION, 'This RDS Proxy requires TLS connections.');
}

export function noCredentials(user: string): ProxyError {
  const message = `This RDS proxy has no credentials for the role ${user}. Check the credentials for this role and try again.`;
  return new ProxyError(INVALID_AUTHORIZATION, message);
}

export function tooManyClients(limit: number): ProxyError {
  return new ProxyError(
    TOO_MANY_CONNECTIONS,
    `The maximum number of client connections to the proxy exceeded ${limit}.`,
  );
}

/** @param perSecond how many are allowed */
export function connectingTooFast(perSecond: number): ProxyError {
  return new ProxyError(TOO_MANY_CONNECTIONS, `Rate of connection to proxy exceeded ${perSecond}.`);
}

export function tooManyTokens(perSecond: number): ProxyError {
  return new ProxyError(
    TOO_MANY_CONNECTIONS,
    'The IAM authentication failed because of too many competing requests.',
    `more than ${perSecond} tokens were presented within a second`,
  );
}

export function wrongProtocolVersion(version: string): ProxyError {
  return new ProxyError(
    FEATURE_NOT_SUPPORTED,
    'Feature not supported: RDS Proxy supports only version 3.0 of the PostgreSQL messaging protocol.',
    `the client asked for version ${version} of the protocol`,
  );
}

export function userMissing(): ProxyError {
  return new ProxyError(
    INVALID_AUTHORIZATION,
    'A user name is missing from the connection startup packet. Provide a user name for this connection.',
  );
}

export function authenticationFailed(user: string, reason: string): ProxyError {
  const message = `The IAM authentication failed for the role ${user}. Check the IAM token for this role and try again.`;
  return new ProxyError(INVALID_PASSWORD, message, reason);
}

/** @param feature for example `the option statement_timeout` */
export function notSupported(feature: string): ProxyError {
  return new ProxyError(
    FEATURE_NOT_SUPPORTED,
    `Feature not supported: RDS Proxy currently doesn't support ${feature}.`,
  );
}

export function malformedStartup(reason: string): ProxyError {
  return new ProxyError(PROTOCOL_VIOLATION, 'invalid startup packet', reason);
}

/** Also while the database is away: RDS Proxy does not tell the two apart. */
export function borrowTimedOut(reason: string): ProxyError {
  return new ProxyError(CONNECTION_EXCEPTION, 'Timed-out waiting to acquire database connection.', reason);
}

/** Said by the emulator alone, as PostgreSQL says it when it shuts down. */
export function proxyStops(): ProxyError {
  return new ProxyError('57P01', 'terminating connection due to administrator command', 'the emulator stops');
}
