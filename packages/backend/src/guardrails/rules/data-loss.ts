/** Deleting a sandbox, or a branch that keeps nothing, deletes a created database for good: its data, and its backups. */
import type { Guardrail } from '../guardrail.js';
import { nameOf, resourcesOf } from '../resources.js';

export const dataLoss: Guardrail = {
  name: 'data-loss',
  fix: 'use a database that this deployment does not own; or acknowledge that its data goes with it',
  find({ root, environment, removalPolicy }) {
    if (removalPolicy === 'retain' || environment.database.server?.kind !== 'new') return [];
    return resourcesOf(root, ['AWS::RDS::DBInstance']).map(({ construct }) => ({
      construct,
      problem: `${nameOf(construct)} and all of its data are deleted with this deployment, without a snapshot.`,
    }));
  },
};
