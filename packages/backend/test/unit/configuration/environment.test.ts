import {
  exampleEnvironment,
  exampleNetwork,
  existingInstance,
  proxyWithIam,
} from '@vpc-postgres/testing/support/environments.js';
import { expect, test } from 'vitest';
import { z } from 'zod/v4';
import { type Environment, environmentSchema } from '../../../src/configuration/environment.js';

/** A part of the environment's JSON schema, which carries the help of each field. */
interface Part {
  readonly expected?: string;
  readonly fix?: string;
  readonly properties?: Readonly<Record<string, Part>>;
  readonly items?: Part;
  readonly additionalProperties?: Part | false;
  readonly anyOf?: readonly Part[];
}

/** Each field, once for every kind that has it, with `*` for a position in a list or a key of a record. */
function fieldsOf(part: Part, path: string): [path: string, help: string][] {
  const { expected, fix, properties = {}, items, additionalProperties, anyOf = [] } = part;
  return [
    [path, `${expected} / ${fix}`],
    ...Object.entries(properties).flatMap(([field, below]) => fieldsOf(below, `${path}.${field}`)),
    ...[items, additionalProperties].flatMap((below) => (below ? fieldsOf(below, `${path}.*`) : [])),
    ...anyOf.flatMap((kind) => fieldsOf({ expected, fix, ...kind } as Part, path)),
  ];
}

const [, ...fields] = fieldsOf(z.toJSONSchema(environmentSchema) as Part, 'environment');

test('every field of an environment has a text that says what belongs there and how it is found', () => {
  expect(fields.length).toBeGreaterThan(89);
  expect(fields.filter(([, help]) => help.includes('undefined'))).toEqual([]);
});

test('a field that several kinds have is described with the same text in each, because a message shows one', () => {
  const different = fields.filter(([path, help]) => fields.some(([other, text]) => other === path && text !== help));

  expect(different).toEqual([]);
});

test('the types refuse what no deployment can use, where it is written', () => {
  const { database } = exampleEnvironment;
  const refused: Environment[] = [
    // @ts-expect-error A VPC must be named.
    { ...exampleEnvironment, network: { ...exampleNetwork, vpc: {} } },
    // @ts-expect-error One subnet choice is needed.
    { ...exampleEnvironment, network: { ...exampleNetwork, subnets: {} } },
    // @ts-expect-error Zones come in twos.
    { ...exampleEnvironment, network: { kind: 'new', availabilityZones: ['eu-west-1a'] } },
    // @ts-expect-error A created network has no VPC to choose.
    { ...exampleEnvironment, network: { kind: 'new', vpc: { id: 'vpc-0000000a' } } },
    // @ts-expect-error An option is left out, and never undefined.
    { ...exampleEnvironment, network: { ...exampleNetwork, egress: undefined } },
    // @ts-expect-error An existing proxy has its database already.
    { ...exampleEnvironment, database: { ...database, server: existingInstance } },
    // @ts-expect-error A new proxy needs a server.
    { ...exampleEnvironment, database: { name: 'app', user: 'app', proxy: proxyWithIam } },
    // @ts-expect-error There is no such field.
    { ...exampleEnvironment, databse: database },
  ];
  expect(refused).toHaveLength(8);
  // @ts-expect-error Environments are read-only.
  const change = (environment: Environment) => (environment.network.kind = 'new');
  expect(change).toBeTypeOf('function');
});
