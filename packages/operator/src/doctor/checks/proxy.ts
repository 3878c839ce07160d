/** Checks the proxy itself: where it is, and whom it lets in. */
import type { DBProxy } from '@aws-sdk/client-rds';
import { type Check, type CheckGroup, count, type Finding, findingsOr } from '../check.js';
import type { Facts } from '../facts.js';
import { hasProxy, isDeployed, proxyOf, vpcOf } from '../resolve.js';
import { proxyShare, proxyTargets, proxyTimeouts } from './proxy-database.js';

const AUTH = 'troubleshooting.md#the-iam-authentication-failed-for-the-role-app';

const exists: Check = {
  id: 'proxy',
  title: 'Proxy',
  breaks: 'The functions have nothing to connect to.',
  page: 'runbook.md#proxy-availability',
  run(facts) {
    const settings = facts.environment.database.proxy;
    if (settings.kind === 'none') return undefined;
    const proxy = proxyOf(facts);
    if (proxy === undefined) {
      if (settings.kind === 'new' && !isDeployed(facts)) return 'the deployment makes one';
      const what = settings.kind === 'existing' ? settings.proxyArn : 'of the deployment';
      const fix = 'aws rds describe-db-proxies --query "DBProxies[].[DBProxyName,DBProxyArn,Endpoint]"';
      return [{ problem: `There is no proxy ${what} in ${facts.environment.region}.`, fix }];
    }
    const { DBProxyName, Endpoint, EngineFamily, Status } = proxy;
    return findingsOr(
      [
        Status !== 'available' && {
          problem: `${DBProxyName} is ${Status}.`,
          fix: `aws rds describe-db-proxies --db-proxy-name ${DBProxyName} --query "DBProxies[].Status"`,
        },
        EngineFamily !== 'POSTGRESQL' && {
          problem: `${DBProxyName} is for ${EngineFamily}.`,
          fix: 'Name a proxy for PostgreSQL in amplify/environments.ts',
        },
        settings.kind === 'existing' &&
          !settings.endpoint.includes('.endpoint.') &&
          settings.endpoint !== Endpoint && {
            problem: `database.proxy.endpoint is ${settings.endpoint}, and the proxy's is ${Endpoint}. A token for another name is rejected.`,
            fix: `Write endpoint: '${Endpoint}' in amplify/environments.ts`,
          },
      ],
      `${DBProxyName}, available`,
    );
  },
};

/** For the checks that only apply where there is one. */
function ofProxy(run: (proxy: DBProxy, facts: Facts) => ReturnType<Check['run']>): Check['run'] {
  return (facts) => {
    const proxy = hasProxy(facts) ? proxyOf(facts) : undefined;
    return proxy === undefined ? undefined : run(proxy, facts);
  };
}

const inVpc: Check = {
  id: 'proxy-vpc',
  title: "Proxy's VPC",
  breaks: 'The functions find its name and no way to its address: every connection times out.',
  page: 'environments.md#database',
  run: ofProxy(({ DBProxyName, VpcId, VpcSubnetIds = [] }, facts) => {
    const id = vpcOf(facts)?.VpcId;
    if (id === undefined || VpcId === undefined) return undefined;
    const elsewhere = VpcId !== id && {
      problem: `${DBProxyName} is in ${VpcId}, and the functions are in ${id}.`,
      fix: `Write vpc: { id: '${VpcId}' } in amplify/environments.ts, or name a proxy of ${id}`,
    };
    return findingsOr([elsewhere], `${VpcId}, ${count(VpcSubnetIds.length, 'subnet')}`);
  }),
};

const tls: Check = {
  id: 'proxy-tls',
  title: 'TLS is required',
  breaks: 'A client without TLS is let in, and what it sends can be read on the way.',
  page: 'security.md#on-the-wire',
  run: ofProxy(({ DBProxyName, RequireTLS }) => {
    const off = RequireTLS !== true && {
      problem: `${DBProxyName} does not require TLS.`,
      fix: `aws rds modify-db-proxy --db-proxy-name ${DBProxyName} --require-tls`,
    };
    return findingsOr([off], 'yes');
  }),
};

const SCHEME = 'IAM_AUTH';

const iam: Check = {
  id: 'proxy-iam',
  title: 'IAM is required',
  breaks: 'The proxy rejects the functions’ tokens, or accepts passwords besides.',
  page: AUTH,
  run: ofProxy(({ DBProxyName, Auth = [], DefaultAuthScheme }, { environment }) => {
    // The SQL data source logs in with its password, by an existing proxy too.
    const withTokens = Auth.filter(
      ({ SecretArn }) => SecretArn === undefined || SecretArn !== environment.sqlDataSource?.secretArn,
    );
    const findings = withTokens.flatMap(({ IAMAuth, SecretArn }): Finding[] =>
      IAMAuth === 'REQUIRED' || (SecretArn === undefined && DefaultAuthScheme === SCHEME)
        ? []
        : [
            {
              problem: `IAM is ${IAMAuth ?? 'not set'} for ${secretName(SecretArn)} in ${DBProxyName}.`,
              fix: `aws rds modify-db-proxy --db-proxy-name ${DBProxyName} --auth AuthScheme=SECRETS,IAMAuth=REQUIRED,SecretArn=${SecretArn}`,
              // It is accepted, and passwords are too.
              ...(IAMAuth === 'ENABLED' && { severity: 'warning' as const }),
            },
          ],
    );
    const nobody = Auth.length === 0 &&
      DefaultAuthScheme !== SCHEME && {
        problem: `${DBProxyName} has neither secrets nor the scheme ${SCHEME}: it lets nobody in.`,
        fix: `aws rds modify-db-proxy --db-proxy-name ${DBProxyName} --default-auth-scheme ${SCHEME}`,
      };
    return findingsOr(
      [...findings, nobody],
      DefaultAuthScheme === SCHEME ? `by the scheme ${SCHEME}` : 'for each secret',
    );
  }),
};

export const secretName = (arn = 'a secret') => arn.split(':secret:').at(-1) ?? arn;

const users: Check = {
  id: 'proxy-users',
  title: 'Proxy knows each user',
  breaks: 'The proxy answers "no credentials for the role", and the users that it lacks cannot log in.',
  page: AUTH,
  run: ofProxy(({ DBProxyName, Auth = [], DefaultAuthScheme }, { environment }) => {
    const { user, migrator, proxy } = environment.database;
    const wanted = [user, ...(migrator === undefined ? [] : [migrator])];
    if (DefaultAuthScheme === SCHEME) return `${wanted.join(', ')}, with tokens`;
    // That it lets nobody in is said above.
    if (Auth.length === 0) return undefined;
    const auth = proxy.kind === 'new' && proxy.auth.kind === 'secret' ? proxy.auth : undefined;
    const named = [auth?.secretArn, auth?.migratorSecretArn].flatMap((arn) => arn ?? []);
    const unknown = named.filter((arn) => !Auth.some(({ SecretArn }) => SecretArn === arn));
    const tooFew = Auth.length < wanted.length && named.length === 0;
    return findingsOr(
      [
        ...unknown.map((arn) => ({
          problem: `${DBProxyName} does not use ${secretName(arn)}.`,
          fix: 'Deploy again: the proxy was changed by hand',
        })),
        tooFew && {
          problem: `${DBProxyName} has ${Auth.length} of the ${wanted.length} secrets that ${wanted.join(' and ')} need.`,
          fix: `Make one with username and password, and list all: aws rds modify-db-proxy --db-proxy-name ${DBProxyName} --auth …`,
        },
      ],
      `${count(Auth.length, 'secret')} for ${wanted.join(', ')}`,
    );
  }),
};

const secrets: Check = {
  id: 'proxy-secrets',
  title: 'Secrets exist',
  breaks: 'The proxy cannot log in to the database for that user.',
  page: 'runbook.md#auth-failures',
  run(facts) {
    if (!hasProxy(facts) || facts.secrets.size === 0) return undefined;
    const findings = [...facts.secrets].flatMap(([arn, secret]): Finding[] => {
      if (secret === undefined) {
        return [
          {
            problem: `There is no secret ${secretName(arn)}.`,
            fix: 'aws secretsmanager list-secrets --query "SecretList[].[Name,ARN]"',
          },
        ];
      }
      const current = Object.values(secret.VersionIdsToStages ?? {}).some((stages) => stages.includes('AWSCURRENT'));
      if (secret.DeletedDate !== undefined) {
        return [
          {
            problem: `${secretName(arn)} is to be deleted.`,
            fix: `aws secretsmanager restore-secret --secret-id ${arn}`,
          },
        ];
      }
      if (current) return [];
      return [
        {
          problem: `${secretName(arn)} has no value.`,
          fix: `aws secretsmanager put-secret-value --secret-id ${arn} --secret-string file://…`,
        },
      ];
    });
    return findingsOr(findings, [...facts.secrets.keys()].map(secretName).join(', '));
  },
};

export const proxyChecks: CheckGroup = {
  title: 'RDS Proxy',
  checks: [exists, inVpc, tls, iam, users, secrets, proxyTargets, proxyTimeouts, proxyShare],
};
