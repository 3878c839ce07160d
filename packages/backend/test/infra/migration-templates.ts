/** Finds the migration function, its provider and its custom resource in synthesized templates. */
import { join } from 'node:path';
import type { Synthesis } from '@vpc-postgres/testing/support/cloud-assembly.js';
import { branch, type SynthesisInputs, synthesize } from '@vpc-postgres/testing/support/synthesize.js';
import { ofType, resourcesIn } from '@vpc-postgres/testing/support/templates.js';
import type { Environment } from '../../src/configuration/environment.js';

export const FOLDER = join(import.meta.dirname, '../../../testing/app/src/migrations');

export const deploy = (environment: Environment, inputs: SynthesisInputs = {}) =>
  synthesize(branch('main'), { environments: { main: environment }, bundle: false, ...inputs });

export const functionsIn = (synthesis: Synthesis) => ofType(synthesis, 'AWS::Lambda::Function');
export const migrationFunction = (synthesis: Synthesis) => {
  const [found, ...others] = functionsIn(synthesis).filter(({ id }) => /^Migrations[0-9A-F]{8}$/.test(id));
  if (found === undefined || others.length > 0) throw new Error('There is not exactly one function that migrates.');
  return found;
};
export const provider = (synthesis: Synthesis) => {
  const found = functionsIn(synthesis).find(({ id }) => id.startsWith('MigrationsMessenger'));
  if (found === undefined) throw new Error('There is no function that asks for the migrations.');
  return found;
};
export const stepOf = (synthesis: Synthesis) => {
  const [step] = resourcesIn(synthesis).filter(({ type }) => type === 'Custom::MigratedDatabase');
  if (step === undefined) throw new Error('There is no step that migrates.');
  return step;
};
