/** One account and one region: of the credentials, of the environment, and of everything that it names. */
import type { ConfigurationProblem } from './configuration-error.js';
import type { Target } from './deployment.js';
import type { Environment } from './environment.js';
import { quote } from './quote.js';

export function misplacements(environment: Environment, target: Target): ConfigurationProblem[] {
  return [...againstCredentials(environment, target), ...againstEachOther(environment)];
}

function againstCredentials({ account, region }: Environment, target: Target): ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  if (target.account !== undefined && target.account !== account) {
    problems.push({
      path: 'account',
      got: quote(account),
      expected: `${quote(target.account)}, the account of the AWS credentials in use`,
      fix: `use credentials of account ${account}, for example with AWS_PROFILE; or correct the account here`,
    });
  }
  if (target.region !== undefined && target.region !== region) {
    problems.push({
      path: 'region',
      got: quote(region),
      expected: `${quote(target.region)}, the region that AWS is configured for`,
      fix: `deploy with AWS_REGION=${region}; or correct the region here`,
    });
  }
  return problems;
}

/** A value that says where the thing is that it names. */
interface Place {
  readonly path: string;
  readonly value: string;
  readonly region: string | undefined;
  /** Absent where the value does not say. */
  readonly account?: string | undefined;
}

function againstEachOther(environment: Environment): ConfigurationProblem[] {
  const { account, region } = environment;
  return placesOf(environment)
    .filter((place) => place.region !== region || (place.account ?? account) !== account)
    .map(({ path, value }) => ({
      path,
      got: quote(value),
      expected: `one of account ${account} in ${region}, where this environment is`,
      fix: 'correct it, or the account and region of the environment',
    }));
}

function placesOf({ network, database: { proxy, server }, sqlDataSource }: Environment): Place[] {
  const places: Place[] = [];
  const add = (path: string, value: string | undefined, locate: (value: string) => Omit<Place, 'path' | 'value'>) => {
    if (value !== undefined) places.push({ path, value, ...locate(value) });
  };
  if (network.kind === 'created') {
    for (const [index, zone] of (network.availabilityZones ?? []).entries()) {
      add(`network.availabilityZones.${index}`, zone, placeOfZone);
    }
  }
  if (proxy.kind === 'existing') {
    add('database.proxy.proxyArn', proxy.proxyArn, placeOfArn);
    add('database.proxy.endpoint', proxy.endpoint, placeOfEndpoint);
    add('database.proxy.readOnlyEndpoint', proxy.readOnlyEndpoint, placeOfEndpoint);
  }
  if (proxy.kind === 'new' && proxy.auth.kind === 'secret') {
    add('database.proxy.auth.secretArn', proxy.auth.secretArn, placeOfArn);
    add('database.proxy.auth.migratorSecretArn', proxy.auth.migratorSecretArn, placeOfArn);
    add('database.proxy.auth.kmsKeyArn', proxy.auth.kmsKeyArn, placeOfArn);
  }
  if (server && server.kind !== 'created') add('database.server.endpoint', server.endpoint, placeOfEndpoint);
  add('sqlDataSource.secretArn', sqlDataSource?.secretArn, placeOfArn);
  return places;
}

const placeOfArn = (arn: string) => ({ region: arn.split(':')[3], account: arn.split(':')[4] });

/** `eu-west-1a` */
const placeOfZone = (zone: string) => ({ region: zone.slice(0, -1) });

/** `….<region>.rds.amazonaws.com`, in China `….rds.<region>.amazonaws.com.cn` or with the region before `rds` as well. */
const placeOfEndpoint = (endpoint: string) => ({
  region: endpoint.split('.').find((part) => /^[a-z]{2}(-[a-z]+)+-\d$/.test(part)),
});
