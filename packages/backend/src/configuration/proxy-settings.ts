/** Describes the way to the database, with an RDS Proxy or without: the proxy of a database. */
import { z } from 'zod/v4';
import type { Check } from './configuration-error.js';
import {
  COMPARE,
  existingSecurityGroup,
  kmsKeyArn,
  oneKindOf,
  type Settings,
  secretArn,
  text,
  wholeNumber,
} from './fields.js';
import { checkPresence, MAX_CONNECTIONS, type ServerSettings } from './server-settings.js';

const FIND_PROXIES = 'run aws rds describe-db-proxies --query "DBProxies[].[DBProxyName,DBProxyArn,Endpoint]"';

const ENDPOINT = /^[a-z][a-z0-9-]*(\.endpoint)?\.proxy-[a-z0-9]+\.[a-z0-9-]+\.rds\.amazonaws\.com(\.cn)?$/;
const ENDPOINT_EXPECTED =
  'the host name that RDS gave the proxy, ….proxy-….<region>.rds.amazonaws.com, without scheme and port';

export type ExistingProxySettings = Settings<typeof existingProxy>;
const existingProxy = z.strictObject({
  /** An RDS Proxy that another team owns. It must accept IAM authentication for `database.user` and `database.migrator`. */
  kind: z.literal('existing'),
  /** `arn:aws:rds:<region>:<account>:db-proxy:prx-…`, with the generated id: IAM permissions name it, not the proxy's name. */
  proxyArn: text(/^arn:aws[a-z-]*:rds:[a-z0-9-]+:\d{12}:db-proxy:prx-[0-9a-z]+$/, {
    expected: 'arn:aws:rds:<region>:<account>:db-proxy:prx-…, the proxy’s id and not its name',
    fix: FIND_PROXIES,
  }),
  /**
   * The host name of the proxy's endpoint, without scheme and port, ending in `.rds.amazonaws.com`. Not an alias of
   * your own: the proxy rejects an IAM token signed for another name.
   */
  endpoint: text(ENDPOINT, { expected: ENDPOINT_EXPECTED, fix: FIND_PROXIES }),
  /**
   * The security group of the proxy. It needs one rule: TCP 5432 from the functions' group.
   * Find it: `aws rds describe-db-proxies --query "DBProxies[].[DBProxyName,VpcSecurityGroupIds]"`
   */
  securityGroup: existingSecurityGroup,
  /** The proxy's name, which CloudWatch's metrics carry. @default - the first part of the endpoint, which is the name */
  proxyName: text(/^[A-Za-z][A-Za-z0-9-]{0,62}$/, { expected: 'the name of the proxy', fix: FIND_PROXIES }).optional(),
  /**
   * The most database connections that the proxy opens: CloudWatch's MaxDatabaseConnectionsAllowed. 1 to 262143.
   * @default - unknown, and the guardrail `connection-limit` checks nothing
   */
  maxDatabaseConnections: wholeNumber(1, MAX_CONNECTIONS).optional(),
});

const secretAuth = z.strictObject({
  /** The proxy logs in with the password of a Secrets Manager secret. The database user must not hold `rds_iam`. */
  kind: z.literal('secret'),
  /**
   * The complete ARN, with its six-character suffix, of the secret that holds `username` and `password` of
   * `database.user`. @default - for a created server one is created; for an existing one it is required
   * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-secrets-arns.html
   */
  secretArn: secretArn.optional(),
  /** The same for `database.migrator`; required if there is one. @default - for a created server one is created */
  migratorSecretArn: secretArn.optional(),
  /** The KMS key of the secrets, if they have one of their own. @default - the key aws/secretsmanager */
  kmsKeyArn: kmsKeyArn.optional(),
});

const iamAuth = z.strictObject({
  /**
   * The proxy signs in with a token too, and no database password exists. The database user holds `rds_iam`, and the
   * server has IAM authentication enabled, which takes 300 to 1000 MiB of its memory.
   */
  kind: z.literal('iam'),
});

const auth = oneKindOf([iamAuth, secretAuth], 'choose one of the two').meta({
  expected: "{ kind: 'iam' } or { kind: 'secret', … }",
});

export type NewProxySettings = Settings<typeof newProxy>;
const newProxy = z.strictObject({
  /**
   * An RDS Proxy that this backend creates in front of `server`. Costs about 22 USD a month for two vCPUs.
   * @see https://aws.amazon.com/rds/proxy/pricing/
   */
  kind: z.literal('new'),
  /** How the proxy logs in to the database. Clients always need TLS and an IAM token. */
  auth,
  /** A security group for the proxy that a network team owns. @default - one is created */
  securityGroup: existingSecurityGroup.optional(),
  /**
   * The share of the database's connections that the proxy can use. Leave 30 or more to others: migrations, psql, the
   * proxies of other environments. 1 to 100. @default 70
   */
  maxConnectionsPercent: wholeNumber(1, 100).optional(),
  /**
   * How long a query waits for a database connection. Less than the 8 s that a function waits for a query, so that a
   * full database shows as the proxy's error and not as a timeout. 0 to 7. @default 5
   */
  borrowTimeoutSeconds: wholeNumber(0, 7, {
    expected: 'a whole number from 0 to 7, less than the 8 s that a function waits for a query',
  }).optional(),
  /**
   * When the proxy closes a client's idle connection: a frozen function cannot, and the connection counts until then.
   * More than the 30 s after which a function closes its own. 1 to 480. @default 5
   */
  idleClientTimeoutMinutes: wholeNumber(1, 480).optional(),
});

const noProxy = z.strictObject({
  /**
   * No proxy: each execution environment holds a connection of the database itself. For small environments with
   * `limits.reservedConcurrency`. The database user holds `rds_iam`.
   */
  kind: z.literal('none'),
});

export const proxySchema = oneKindOf([existingProxy, newProxy, noProxy], COMPARE);

/** Checks that a new proxy can sign in to its server, as every user that there is. */
export function checkNewProxy(
  { auth }: NewProxySettings,
  server: ServerSettings,
  migrator: string | undefined,
): Check[] {
  return auth.kind === 'secret'
    ? [
        checkSecret(auth, 'secretArn', server, 'database.user', true),
        checkSecret(auth, 'migratorSecretArn', server, 'database.migrator', migrator !== undefined),
      ]
    : checkPresence(server, ['resourceId'], 'the proxy signs in to the database with IAM');
}

function checkSecret(
  auth: Settings<typeof secretAuth>,
  field: 'secretArn' | 'migratorSecretArn',
  server: ServerSettings,
  user: string,
  hasUser: boolean,
): Check {
  const path = `database.proxy.auth.${field}`;
  if (auth[field] === undefined) {
    const expected = `the complete ARN of the secret with the name and password of ${user}`;
    const fix = "make one, or choose auth: { kind: 'iam' }, which needs none";
    return server.kind !== 'new' && hasUser && { path, expected, fix };
  }
  if (server.kind === 'new') {
    return { path, expected: 'nothing: a created database gets secrets of its own', fix: 'remove it' };
  }
  return !hasUser && { path, expected: `nothing without ${user}`, fix: `remove it, or name ${user}` };
}
