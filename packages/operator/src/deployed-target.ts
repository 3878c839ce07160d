/** Where the database of a deployed environment is: what an IAM token must be signed for. */
import { environmentName } from '@vpc-postgres/backend/configuration/choose-environment.js';
import { type Environment, type Environments, REPLACE_ME } from '@vpc-postgres/backend/configuration/environment.js';
import { TokenError } from './token-error.js';

/** What takes the place of the environment's own values. */
export interface TargetOptions {
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
}

export interface TokenTarget {
  readonly hostname: string;
  readonly port: number;
  readonly username: string;
  readonly region: string;
}

const POSTGRES_PORT = 5432;

/**
 * @param name Of an environment, or of a branch that one of their patterns is meant for.
 * @throws TokenError when there is none, it holds placeholders, or its endpoint is known to AWS alone.
 */
export function deployedTarget(environments: Environments, name: string, options: TargetOptions): TokenTarget {
  const environment = findEnvironment(environments, name);
  const target = {
    hostname: options.host ?? endpointOf(name, environment),
    port: options.port ?? portOf(environment),
    username: options.user ?? environment.database.user,
    region: environment.region,
  };
  if (Object.values(target).includes(REPLACE_ME)) {
    throw new TokenError(`The environment ${name} still holds placeholders. Fill it in: amplify/environments.ts`);
  }
  return target;
}

/** @throws TokenError when there is none of this name. */
export function findEnvironment(environments: Environments, name: string): Environment {
  const type = name === 'sandbox' ? 'sandbox' : 'branch';
  const found = environments[environmentName(environments, { type, name }) ?? ''];
  if (found !== undefined) return found;
  const known = Object.keys(environments).join(', ');
  throw new TokenError(`There is no environment ${JSON.stringify(name)} in amplify/environments.ts, only: ${known}.`);
}

function endpointOf(name: string, { database: { proxy, server } }: Environment): string {
  if (proxy.kind === 'existing') return proxy.endpoint;
  if (proxy.kind === 'none' && server?.kind !== 'new' && server?.endpoint !== undefined) return server.endpoint;
  const [what, command] =
    proxy.kind === 'new'
      ? ['proxy', 'describe-db-proxies --query "DBProxies[].[DBProxyName,Endpoint]"']
      : ['database', 'describe-db-instances --query "DBInstances[].[DBInstanceIdentifier,Endpoint]"'];
  throw new TokenError(
    `The ${what} of ${name} is made by its deployment, so its endpoint is not known here. Add --host ENDPOINT: ` +
      `aws rds ${command}`,
  );
}

/** A database has the port that it was given; a proxy always the same. */
function portOf({ database: { proxy, server } }: Environment): number {
  const direct = proxy.kind === 'none' && server?.kind !== 'new';
  return (direct ? server?.port : undefined) ?? POSTGRES_PORT;
}
