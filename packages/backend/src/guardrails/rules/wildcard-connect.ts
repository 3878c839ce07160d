/** A wildcard in rds-db:connect is the right to sign in as any user, the master user among them, or to any database. */
import type { Guardrail } from '../guardrail.js';
import { statementsOf } from '../policy-statements.js';
import { nameOf } from '../resources.js';

const CONNECT = /^(\*|rds-db:(\*|connect|c[a-z]*\*))$/;

export const wildcardConnect: Guardrail = {
  name: 'wildcard-connect',
  fix: 'name one proxy or database and one user, as packages/backend/src/database/connect-function.ts does',
  find({ root }) {
    return statementsOf(root)
      .filter(({ effect, actions }) => effect === 'Allow' && actions.some((action) => CONNECT.test(action)))
      .flatMap(({ construct, actions, resources }) => {
        const wide = resources.map((resource) => JSON.stringify(resource)).filter((text) => text.includes('*'));
        if (wide.length === 0) return [];
        return [{ construct, problem: `${nameOf(construct)} allows ${actions.join(', ')} on ${wide.join(', ')}.` }];
      });
  },
};
