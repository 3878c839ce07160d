/**
 * Amplify fetches a secret() from SSM while the function starts and every minute after. Without a route to SSM that hangs
 * until the function times out, and logs nothing.
 */
import type { Guardrail } from '../guardrail.js';
import { asRecord, nameOf } from '../resources.js';
import { functionsInVpc } from '../vpc-functions.js';

/** Amplify's list of the secrets that a function fetches. */
const SECRETS = 'AMPLIFY_SSM_ENV_CONFIG';
const NO_SECRETS = '{}';

export const secretInVpc: Guardrail = {
  name: 'secret-in-vpc',
  fix: 'sign in with an IAM token instead; for another secret add the interface endpoint ssm, and acknowledge this guardrail',
  find(backend) {
    return functionsInVpc(backend).flatMap(({ construct, properties }) => {
      const variables = asRecord(asRecord(properties.Environment).Variables);
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
