/** Least privilege: a function that does not need the database has no business in the network where the database is. */
import type { Guardrail } from '../guardrail.js';
import { nameOf } from '../resources.js';
import { functionsInVpc } from '../vpc-functions.js';

export const undeclaredFunction: Guardrail = {
  name: 'undeclared-function',
  fix: 'write database: true in amplify/functions/functions.ts if the function needs the database, or take it out of the VPC',
  find(backend) {
    const { databaseFunctions, bootstrapFunction, migrationFunction, sqlFunction } = backend;
    const declared = [...databaseFunctions, bootstrapFunction, migrationFunction, sqlFunction];
    return functionsInVpc(backend)
      .filter(({ construct }) => !declared.includes(construct))
      .map(({ construct }) => ({
        construct,
        problem: `${nameOf(construct)} is in the VPC, and amplify/functions/functions.ts does not say that it needs the database.`,
      }));
  },
};
