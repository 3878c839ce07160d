/** What the values of an environment must have in common: one account and one region, that of the deployment too. */
import type { ConfigurationProblem } from './configuration-error.js';
import type { Target } from './deployment.js';
import type { Environment } from './environment.js';
import { quote } from './quote.js';

/** Expects an environment whose fields are well-formed one by one. */
export function inconsistencies(path: string, environment: Environment, target: Target): ConfigurationProblem[] {
  return [...againstCredentials(path, environment, target), ...againstEachOther(path, environment)];
}

function againstCredentials(path: string, { account, region }: Environment, target: Target): ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  if (target.account !== undefined && target.account !== account) {
    problems.push({
      path: `${path}.account`,
      got: quote(account),
      expected: `${quote(target.account)}, the account of the AWS credentials in use`,
      fix: `use credentials of account ${account}, for example with AWS_PROFILE; or correct the account here`,
    });
  }
  if (target.region !== undefined && target.region !== region) {
    problems.push({
      path: `${path}.region`,
      got: quote(region),
      expected: `${quote(target.region)}, the region that AWS is configured for`,
      fix: `deploy with AWS_REGION=${region}; or correct the region here`,
    });
  }
  return problems;
}

function againstEachOther(path: string, { account, region, database: { proxy } }: Environment): ConfigurationProblem[] {
  const places =
    proxy.kind === 'existing'
      ? [
          {
            field: 'proxyArn',
            value: proxy.proxyArn,
            region: arnRegion(proxy.proxyArn),
            account: arnAccount(proxy.proxyArn),
          },
          { field: 'endpoint', value: proxy.endpoint, region: endpointRegion(proxy.endpoint), account },
        ]
      : [
          {
            field: 'secretArn',
            value: proxy.secretArn,
            region: arnRegion(proxy.secretArn),
            account: arnAccount(proxy.secretArn),
          },
        ];
  return places
    .filter((place) => place.region !== region || place.account !== account)
    .map(({ field, value }) => ({
      path: `${path}.database.proxy.${field}`,
      got: quote(value),
      expected: `one of account ${account} in ${region}, where this environment is`,
      fix: 'correct it, or the account and region of the environment',
    }));
}

const arnRegion = (arn: string) => arn.split(':')[3];
const arnAccount = (arn: string) => arn.split(':')[4];

/** `name.proxy-hash.<region>.rds.amazonaws.com` */
const endpointRegion = (endpoint: string) => endpoint.split('.').at(endpoint.endsWith('.cn') ? -5 : -4);
