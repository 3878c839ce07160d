/** Least privilege: a function that does not need the database has no business in the network where the database is. */
import type { Guardrail } from '../guardrail.js';
import { nameOf } from '../resources.js';
import { functionsInVpc } from '../vpc-functions.js';

export const undeclaredFunction: Guardrail = {
  name: 'undeclared-function',
  fix: 'add the function to `databaseFunctions` in backend.ts if it needs the database, or take it out of the VPC',
  find(backend) {
    return functionsInVpc(backend)
      .filter(
        ({ construct }) =>
          ![...backend.databaseFunctions, backend.migrationFunction, backend.sqlFunction].includes(construct),
      )
      .map(({ construct }) => ({
        construct,
        problem: `${nameOf(construct)} is in the VPC, and backend.ts does not declare that it needs the database.`,
      }));
  },
};
