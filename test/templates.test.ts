/** Holds what would be deployed for each environment against what keeps a private database private. */
import { REPLACE_ME } from '@vpc-postgres/backend/configuration/environment.js';
import { type SynthesizedResource, synthesizeApp } from '@vpc-postgres/backend/synth/synthesize-app.js';
import { expect, test } from 'vitest';
import { environments } from '../amplify/environments.js';
import { functions } from '../amplify/functions/functions.js';

const PROJECT = `${import.meta.dirname}/..`;

/** One still holds placeholders until you fill it in. */
const filledIn = Object.entries(environments)
  .filter(([, environment]) => !JSON.stringify(environment).includes(REPLACE_ME))
  .map(([name]) => name);

/** What the backend package itself puts into the VPC: the function that migrates, and Amplify's SQL data source. */
const OF_THE_PACKAGES = /^(Migrations|SQLFunction)/;

const databaseFunctions = Object.entries(functions)
  .filter(([, { database }]) => database)
  .map(([name]) => name);

/** A bound for what hangs: a synthesis takes five seconds of a processor, and several may share it. */
const TIMEOUT = 180_000;

test.each(filledIn)('what is deployed for %s keeps the database private', { timeout: TIMEOUT }, async (environment) => {
  const { resources, missingLookups } = await synthesizeApp(PROJECT, environment);
  const lambdas = resources.filter(({ type }) => type === 'AWS::Lambda::Function');
  const inVpc = lambdas.filter(({ properties }) => properties.VpcConfig !== undefined);

  expect(inVpc.map(nameOf)).toEqual(expect.arrayContaining(databaseFunctions));
  expect({
    inVpcWithoutNeed: inVpc.filter((lambda) => !needsDatabase(lambda)).map(nameOf),
    // The subnets of a VPC that is not in cdk.context.json are unknown until AWS is asked.
    inOneSubnet: missingLookups.length > 0 ? [] : inVpc.filter((lambda) => subnetCount(lambda) < 2).map(nameOf),
    secretsInVariables: lambdas.flatMap(secretsIn),
    connectToAnything: resources.flatMap(wildcardsIn),
  }).toEqual({ inVpcWithoutNeed: [], inOneSubnet: [], secretsInVariables: [], connectToAnything: [] });
});

test('an environment is complete', () => {
  expect(filledIn).not.toEqual([]);
});

const needsDatabase = (lambda: SynthesizedResource) =>
  databaseFunctions.includes(nameOf(lambda)) || OF_THE_PACKAGES.test(lambda.logicalId);

/** The name in amplify/functions/functions.ts; the id in the template for what is not listed there. */
function nameOf({ logicalId, properties }: SynthesizedResource): string {
  const tags: { Key: string; Value: string }[] = properties.Tags ?? [];
  return tags.find(({ Key }) => Key === 'amplify:friendly-name')?.Value ?? logicalId;
}

const subnetCount = ({ properties }: SynthesizedResource) =>
  new Set([properties.VpcConfig.SubnetIds].flat().map((id) => JSON.stringify(id))).size;

/** A secret is read when it is needed. What is in a variable can be read by everyone who may look at the function. */
function secretsIn(lambda: SynthesizedResource): string[] {
  const variables: Record<string, unknown> = lambda.properties.Environment?.Variables ?? {};
  return Object.entries(variables)
    .filter(([name, value]) => isSecret(name, JSON.stringify(value)))
    .map(([name]) => `${nameOf(lambda)}: ${name}`);
}

function isSecret(name: string, value: string): boolean {
  // Amplify's secret() leaves this in the template, and fetches the value when the function starts.
  if (value === '"<value will be resolved during runtime>"') return false;
  if (/(PASSWORD|SECRET|PRIVATE_KEY|API_KEY|ACCESS_KEY)$/i.test(name)) return true;
  return /\{\{resolve:(secretsmanager|ssm-secure):|:\/\/[^:/@"]*:[^@/"]+@|AKIA[0-9A-Z]{16}|-----BEGIN/.test(value);
}

/** The right to connect as any user, or to any database. */
function wildcardsIn({ logicalId, type, properties }: SynthesizedResource): string[] {
  if (!type.startsWith('AWS::IAM::')) return [];
  const inline: { PolicyDocument: unknown }[] = properties.Policies ?? [];
  return [properties.PolicyDocument, ...inline.map(({ PolicyDocument }) => PolicyDocument)]
    .flatMap((document) => document?.Statement ?? [])
    .filter(({ Effect, Action }) => Effect === 'Allow' && /"(\*|rds-db:(\*|connect))"/.test(JSON.stringify([Action])))
    .filter(({ Resource }) => JSON.stringify(Resource).includes('*'))
    .map(({ Resource }) => `${logicalId}: ${JSON.stringify(Resource)}`);
}
