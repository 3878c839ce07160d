/** Makes an environment of what was found and chosen. It asks nothing and writes nothing. */
import { REPLACE_ME } from '@vpc-postgres/backend/configuration/environment.js';
import { CommandError } from '../command-error.js';
import type { FoundAccount, FoundPostgres, FoundProxy, FoundSubnet } from './found.js';
import type { Wanted } from './merge-into-source.js';
import { isProxy } from './read-account.js';

export interface Choice {
  /** Undefined: one is to be created. */
  readonly vpcId: string | undefined;
  /** `isolated`, `withEgress`, or ids. */
  readonly subnets: 'isolated' | 'withEgress' | readonly string[];
  /** Undefined: one is to be created. */
  readonly database: FoundProxy | FoundPostgres | undefined;
  readonly databaseName: string;
  readonly user: string;
  /** For a new proxy before a database without IAM authentication. */
  readonly secretArn: string | undefined;
}

export interface Proposal {
  readonly environment: { readonly [name: string]: Wanted };
  /** What keeps the functions from reaching the database, as it is now. */
  readonly notes: readonly string[];
}

/** What RDS Proxy and a database need. */
export const ZONES_NEEDED = 2;

/** @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.html#rds-proxy.limitations */
const ZONES_WITHOUT_PROXY = ['use1-az3', 'usw1-az2'];

/**
 * @param environment Its name.
 * @param current The environment as it is, if there is one: what it says of rules stays.
 */
export function propose(found: FoundAccount, choice: Choice, environment: string, current: unknown): Proposal {
  const { account, region } = found;
  const { vpcId, database, databaseName: name, user } = choice;
  return {
    environment: {
      account,
      region,
      network: vpcId === undefined ? { kind: 'new' } : network(vpcId, choice.subnets),
      database: { name, user, ...way(choice, current) },
    },
    notes: [...notesOn(database, found), ...zoneNotes(found, choice), ...sandboxNotes(environment, choice)],
  };
}

function network(vpcId: string, subnets: Choice['subnets']): Wanted {
  const chosen = typeof subnets === 'string' ? { type: subnets } : { ids: subnets };
  return { kind: 'existing', vpc: { id: vpcId }, subnets: chosen };
}

function way({ database, secretArn }: Choice, current: unknown): { readonly [name: string]: Wanted } {
  if (database === undefined) return { server: { kind: 'new' }, proxy: { kind: 'new', auth: { kind: 'iam' } } };
  const groupOf = (path: 'proxy' | 'server') => ({
    id: database.securityGroups[0] ?? REPLACE_ME,
    rules: rulesOf(current, path) ?? 'add',
  });
  if (isProxy(database)) {
    const { arn: proxyArn, endpoint = REPLACE_ME } = database;
    return { server: undefined, proxy: { kind: 'existing', proxyArn, endpoint, securityGroup: groupOf('proxy') } };
  }
  const { kind, id, resourceId, endpoint, port, iamAuthentication } = database;
  const auth: Wanted = iamAuthentication ? { kind: 'iam' } : { kind: 'secret', secretArn };
  return {
    server: {
      kind,
      [kind === 'instance' ? 'instanceIdentifier' : 'clusterIdentifier']: id,
      resourceId,
      ...(endpoint !== undefined && { endpoint }),
      ...(port !== 5432 && { port }),
      securityGroup: groupOf('server'),
    },
    proxy: { kind: 'new', auth },
  };
}

/** `print` is what a network team wants, and no tool can know. */
function rulesOf(current: unknown, path: 'proxy' | 'server'): string | undefined {
  return ['database', path, 'securityGroup', 'rules'].reduce<unknown>(
    (value, step) => (typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined),
    current,
  ) as string | undefined;
}

function notesOn(database: Choice['database'], { region }: FoundAccount): string[] {
  if (database === undefined) return [];
  const status = database.status ?? 'unknown';
  const state =
    status === 'available' ? [] : [`${database.id} is ${status}, not available: a deployment waits for it, or fails.`];
  if (!isProxy(database)) return state;
  return [
    ...state,
    ...(database.requiresIam
      ? []
      : [
          `The proxy ${database.id} does not require IAM authentication, and the functions sign in with nothing else. Its owner sets IAMAuth to REQUIRED: aws rds modify-db-proxy --region ${region} --db-proxy-name ${database.id} --auth …`,
        ]),
    ...(database.requiresTls
      ? []
      : [`The proxy ${database.id} does not require TLS. The functions use it all the same.`]),
    ...(database.targets.length > 0 ? [] : [`The proxy ${database.id} has no database behind it.`]),
  ];
}

function sandboxNotes(environment: string, { database }: Choice): string[] {
  if (environment !== 'sandbox' || database !== undefined) return [];
  return [
    "A sandbox that is deleted takes its database along. npm run synth asks you to acknowledge that ('data-loss'); or give sandboxes a database that they share.",
  ];
}

/** A new proxy cannot be in every zone. */
function zoneNotes({ subnets }: FoundAccount, choice: Choice): string[] {
  if (choice.vpcId === undefined || (choice.database !== undefined && isProxy(choice.database))) return [];
  const without = chosenSubnets(subnets, choice.vpcId, choice.subnets).filter(({ zoneId = '' }) =>
    ZONES_WITHOUT_PROXY.includes(zoneId),
  );
  return without.map(
    ({ id, zoneId }) => `${id} is in ${zoneId}, where there is no RDS Proxy. Choose others: --subnets ID,ID`,
  );
}

export function chosenSubnets(
  subnets: readonly FoundSubnet[],
  vpcId: string,
  choice: Choice['subnets'],
): readonly FoundSubnet[] {
  const own = subnets.filter((subnet) => subnet.vpcId === vpcId);
  return typeof choice === 'string'
    ? own.filter(({ kind }) => kind === choice)
    : own.filter(({ id }) => choice.includes(id));
}

/** The kinds of private subnets in two zones that a VPC has, the cheaper first. */
export function usableKinds(subnets: readonly FoundSubnet[], vpcId: string): ('isolated' | 'withEgress')[] {
  return (['isolated', 'withEgress'] as const).filter(
    (kind) => new Set(chosenSubnets(subnets, vpcId, kind).map(({ zone }) => zone)).size >= ZONES_NEEDED,
  );
}

/** @throws CommandError for ids that the VPC does not have, or that are in one zone */
export function readSubnets(text: string, subnets: readonly FoundSubnet[], vpcId: string): Choice['subnets'] {
  const own = subnets.filter((subnet) => subnet.vpcId === vpcId);
  const choice = text === 'isolated' || text === 'withEgress' ? text : text.split(',').map((id) => id.trim());
  const chosen = chosenSubnets(subnets, vpcId, choice);
  const unknown = typeof choice === 'string' ? [] : choice.filter((id) => !own.some((subnet) => subnet.id === id));
  const zones = new Set(chosen.map(({ zone }) => zone));
  if (unknown.length === 0 && zones.size >= ZONES_NEEDED) return choice;
  throw new CommandError(
    `--subnets is ${JSON.stringify(text)}${unknown.length > 0 ? `, and ${vpcId} has no ${unknown.join(', ')}` : `: ${chosen.length} of ${vpcId}, in ${[...zones].join(', ') || 'no zone'}`}. ` +
      `Expected isolated, withEgress, or ids of subnets in two availability zones: ${own.map(({ id, zone, kind }) => `${id} (${zone}, ${kind})`).join(', ')}`,
  );
}
