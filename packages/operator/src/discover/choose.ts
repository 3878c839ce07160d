/** Decides which VPC, subnets and database are meant: by the options, by asking on a terminal, or because there is only one. */
import { REPLACE_ME } from '@vpc-postgres/backend/configuration/environment.js';
import { CommandError } from '../command-error.js';
import type { Ask } from './ask.js';
import type { DiscoverOptions } from './discovery.js';
import type { FoundAccount, FoundDatabase } from './found.js';
import { type Choice, readSubnets, usableKinds } from './propose.js';
import { isProxy } from './read-account.js';

const NEW = 'new';

export async function choose(
  found: FoundAccount,
  options: DiscoverOptions,
  current: unknown,
  ask: Ask | undefined,
): Promise<Choice> {
  const vpcId = await chooseVpc(found, options, ask);
  const subnets = vpcId === undefined ? 'isolated' : await chooseSubnets(found, vpcId, options, ask);
  const database = vpcId === undefined ? undefined : await chooseDatabase(found, vpcId, options, ask);
  const now = readDatabase(current);
  return {
    vpcId,
    subnets,
    database,
    databaseName: await chooseDatabaseName(options, database, now.name, ask),
    user: options.user ?? now.user ?? 'app',
    secretArn: database === undefined ? undefined : await chooseSecret(found, database, options, now.secretArn, ask),
  };
}

async function chooseVpc(found: FoundAccount, { vpc, database }: DiscoverOptions, ask: Ask | undefined) {
  const { vpcs, databases } = found;
  if (vpc !== undefined && vpcs.some(({ id }) => id === vpc)) return vpc;
  const usable = vpcs.filter(({ id }) => usableKinds(found.subnets, id).length > 0);
  const list = (some: typeof vpcs) =>
    some
      .slice(0, 20)
      .map(({ id, name }) => `${id}${name === undefined ? '' : ` (${name})`}`)
      .join(', ') || 'none';
  if (vpc !== undefined) {
    throw new CommandError(
      `--vpc is ${JSON.stringify(vpc)}. Account ${found.account} has in ${found.region}: ${list(vpcs)}`,
    );
  }
  const withDatabase = usable.filter(({ id }) =>
    databases.some((one) => one.vpcId === id && (database === undefined || database === NEW || one.id === database)),
  );
  const candidates = withDatabase.length > 0 ? withDatabase : usable;
  if (candidates.length < 2) return candidates[0]?.id;
  if (ask === undefined) throw new CommandError(`Which VPC? Add --vpc ID, one of ${list(candidates)}`);
  return ask.select(
    'Which VPC?',
    candidates.map(({ id, name, cidr }) => ({
      value: id,
      label: `${id}  ${name ?? ''}`.trimEnd(),
      hint: `${cidr}, ${
        databases
          .filter((one) => one.vpcId === id)
          .map((one) => one.id)
          .join(', ') || 'no PostgreSQL'
      }`,
    })),
  );
}

async function chooseSubnets(found: FoundAccount, vpcId: string, { subnets }: DiscoverOptions, ask: Ask | undefined) {
  if (subnets !== undefined) return readSubnets(subnets, found.subnets, vpcId);
  const kinds = usableKinds(found.subnets, vpcId);
  const [first] = kinds;
  if (first === undefined) {
    throw new CommandError(
      `${vpcId} has no private subnets in two availability zones. Name others with --subnets ID,ID, or add subnets.`,
    );
  }
  if (kinds.length === 1 || ask === undefined) return first;
  const picked = await ask.select('Which subnets for the functions?', [
    { value: 'isolated', label: 'isolated', hint: 'no route to the internet; enough for the database' },
    { value: 'withEgress', label: 'with egress', hint: 'through a NAT gateway' },
  ]);
  return picked as 'isolated' | 'withEgress';
}

async function chooseDatabase(
  found: FoundAccount,
  vpcId: string,
  { database }: DiscoverOptions,
  ask: Ask | undefined,
): Promise<FoundDatabase | undefined> {
  if (database === NEW) return undefined;
  const all = found.databases.filter((one) => one.vpcId === vpcId);
  const names = all.map(({ id, kind }) => `${id} (${kind})`).join(', ') || 'none';
  const named = all.filter(({ id }) => id === database);
  if (database !== undefined) {
    const [first] = named;
    if (first !== undefined) return first;
    throw new CommandError(`--database is ${JSON.stringify(database)}. ${vpcId} has: ${names}; or new`);
  }
  // What exists and is shared costs nothing more.
  const proxies = all.filter(isProxy);
  const candidates = proxies.length > 0 ? proxies : all;
  if (all.length < 2 || (ask === undefined && candidates.length === 1)) return candidates[0];
  if (ask === undefined) throw new CommandError(`Which database? Add --database NAME, one of ${names}; or new`);
  const picked = await ask.select('Which way to the database?', [
    ...all.map((one) => ({ value: one.id, label: `${one.kind} ${one.id}`, hint: one.endpoint ?? '' })),
    { value: NEW, label: 'create a database and a proxy' },
  ]);
  return all.find(({ id }) => id === picked);
}

/** RDS knows the name that a database was created with, and no other. */
async function chooseDatabaseName(
  { databaseName }: DiscoverOptions,
  database: FoundDatabase | undefined,
  current: string | undefined,
  ask: Ask | undefined,
): Promise<string> {
  const known = databaseName ?? current ?? database?.databaseName ?? (database === undefined ? 'app' : undefined);
  if (known !== undefined) return known;
  if (ask !== undefined) return ask.text(`The name of the PostgreSQL database on ${database?.id}?`, 'app');
  throw new CommandError(
    `RDS does not say which PostgreSQL database ${database?.id} has. Add --database-name NAME; \\l in psql lists them.`,
  );
}

async function chooseSecret(
  { secrets }: FoundAccount,
  database: FoundDatabase,
  { secret }: DiscoverOptions,
  current: string | undefined,
  ask: Ask | undefined,
): Promise<string | undefined> {
  if (isProxy(database) || database.iamAuthentication) return undefined;
  const known = secret ?? current;
  if (known !== undefined) return known;
  const reason = `${database.id} has no IAM authentication, so a new proxy signs in with a password.`;
  if (ask !== undefined && secrets.length > 0) {
    const options = secrets.map(({ name, arn }) => ({ value: arn, label: name }));
    return ask.select(`${reason} Which secret has it?`, options);
  }
  throw new CommandError(
    `${reason} Add --secret ARN (${secrets.map(({ arn }) => arn).join(', ') || 'none was found'}), or enable it: ` +
      `aws rds modify-db-${database.kind} --db-${database.kind}-identifier ${database.id} --enable-iam-database-authentication --apply-immediately`,
  );
}

function readDatabase(current: unknown): { name?: string; user?: string; secretArn?: string } {
  const database = Reflect.get(Object(current), 'database');
  const auth = Reflect.get(Object(Reflect.get(Object(database), 'proxy')), 'auth');
  const filled = (object: unknown, name: string) => {
    const value = Reflect.get(Object(object), name);
    return typeof value === 'string' && value !== REPLACE_ME ? { [name]: value } : {};
  };
  return { ...filled(database, 'name'), ...filled(database, 'user'), ...filled(auth, 'secretArn') };
}
