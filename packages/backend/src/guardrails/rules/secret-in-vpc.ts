/**
 * Amplify fetches a secret() from SSM while the function starts and every minute after. Without a route to SSM that hangs
 * until the function times out, and logs nothing. The SQL data source reads its secrets the same way, and has an endpoint of its
 * own for it.
 */
import type { Guardrail } from '../guardrail.js';
import { asRecord, nameOf } from '../resources.js';
import { functionsInVpc } from '../vpc-functions.js';

/** Amplify's list of the secrets that a function fetches. */
const SECRETS = 'AMPLIFY_SSM_ENV_CONFIG';
const NO_SECRETS = '{}';
/** Where the SQL data source's function reads its own. */
const SSM_ENDPOINT = 'SSM_ENDPOINT';

export const secretInVpc: Guardrail = {
  name: 'secret-in-vpc',
  fix: 'sign in with an IAM token instead; for another secret add the interface endpoint ssm, and acknowledge this guardrail',
  find(backend) {
    return functionsInVpc(backend).flatMap(({ construct, properties }) => {
      const variables = asRecord(asRecord(properties.Environment).Variables);
      if (construct === backend.sqlFunction && !isOfVpcEndpoint(variables[SSM_ENDPOINT])) {
        const problem = `${nameOf(construct)} is in the VPC and reads its secrets from SSM past its own endpoint.`;
        return [{ construct, problem }];
      }
      const secrets = variables[SECRETS];
      if (secrets === undefined || secrets === NO_SECRETS) return [];
      // Which variables, and never what is in them.
      const names = Object.keys(variables).filter((name) => JSON.stringify(secrets).includes(name));
      return [
        {
          construct,
          problem: `${nameOf(construct)} is in the VPC and fetches secret() from SSM for ${names.join(', ') || 'a variable'}.`,
        },
      ];
    });
  },
};

/** One of the names that a VPC endpoint has in the DNS. */
const isOfVpcEndpoint = (host: unknown) => /"Fn::GetAtt":\["[^"]+","DnsEntries"\]/.test(JSON.stringify(host) ?? '');
