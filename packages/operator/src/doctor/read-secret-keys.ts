/** Reads the secrets of the database users, to see which keys they have. Keeps no value: each is checked as it arrives. */
import type { Environment } from '@vpc-postgres/backend/configuration/environment.js';
import { type Answer, answered, orNothing, type Refusal } from '../aws/answer.js';
import { expectedDatabase } from '../sql-secret.js';
import type { AccountReader } from './doctor-reads.js';
import type { AccountAnswers } from './facts.js';
import { checkConnection, checkLogin, checkSqlSecret, type LoginSecret, type SecretKeys } from './secret-keys.js';
import { type SecretReads, secretStatements } from './secret-reads.js';

/** AWS's words when IAM permits the secret or parameter, and not its key. */
const KEY_DENIED = /KMS|ciphertext/;

export async function readSecretKeys(
  reader: AccountReader,
  environment: Environment,
  { logins, sql }: SecretReads,
  { secrets, proxies }: Pick<AccountAnswers, 'secrets' | 'proxies'>,
): Promise<AccountAnswers['secretKeys']> {
  // Without the proxy it is not known which secrets there are.
  if (!proxies.ok) return proxies;
  const { user, migrator } = environment.database;
  const users = migrator === undefined ? [user] : [user, migrator];
  const expected = expectedDatabase(environment);
  const readable = secrets.ok ? logins.filter(({ arn }) => hasValue(secrets.value.get(arn))) : logins;
  const [loginAnswers, sqlSecret, connection] = await Promise.all([
    Promise.all(
      readable.map(
        async ({ arn, user: expectedUser }): Promise<Answer<LoginSecret | undefined>> =>
          orNothing(
            await reader.inspect('secretsmanager:GetSecretValue', { SecretId: arn }, ({ SecretString }) => ({
              arn,
              expectedUser,
              ...checkLogin(SecretString, users),
            })),
          ),
      ),
    ),
    sql === undefined
      ? answered(undefined)
      : reader
          .inspect('secretsmanager:GetSecretValue', { SecretId: sql.arn }, ({ SecretString }) =>
            checkSqlSecret(SecretString, expected),
          )
          .then(orNothing),
    readConnection(reader, sql?.parameters ?? [], expected),
  ]);
  const asked = [
    ...readable.map(({ arn }, index) => ({ secret: arn, answer: loginAnswers[index] })),
    ...(sql === undefined ? [] : [{ secret: sql.arn, answer: sqlSecret }]),
    ...connection.asked,
  ];
  const refusal = refusalOfAll(environment, asked);
  if (refusal !== undefined) return { ok: false, refusal };
  const found = loginAnswers.flatMap((answer) => (answer.ok && answer.value !== undefined ? [answer.value] : []));
  return answered({
    logins: found,
    absent: logins.length - found.length,
    sql: sql && {
      arn: sql.arn,
      secret: sqlSecret.ok ? sqlSecret.value : undefined,
      parameter: connection.name,
      connection: connection.problems,
    },
  } satisfies SecretKeys);
}

type Described = AccountAnswers['secrets'] extends Answer<ReadonlyMap<string, infer Secret>> ? Secret : never;

/** One without a value, or about to be deleted, is the finding of another check. */
function hasValue(secret: Described): boolean {
  const stages = Object.values(secret?.VersionIdsToStages ?? {}).flat();
  return secret?.DeletedDate === undefined && stages.includes('AWSCURRENT');
}

interface AskedSecret {
  readonly secret?: string;
  readonly parameter?: string;
  readonly answer: Answer<unknown> | undefined;
}

/** @returns of the parameters the first that there is, or the name of the first where there is none. */
async function readConnection(
  reader: AccountReader,
  names: readonly string[],
  expected: ReturnType<typeof expectedDatabase>,
): Promise<{ name?: string | undefined; problems?: readonly string[] | undefined; asked: readonly AskedSecret[] }> {
  for (const name of names) {
    const answer = orNothing(
      await reader.inspect('ssm:GetParameter', { Name: name, WithDecryption: true }, ({ Parameter }) =>
        checkConnection(Parameter?.Value, Parameter?.Type === 'SecureString', expected),
      ),
    );
    if (!answer.ok) return { asked: [{ parameter: name, answer }] };
    if (answer.value !== undefined) return { name, problems: answer.value, asked: [] };
  }
  return { name: names[0], asked: [] };
}

/** One refusal of all, with the statements that grant what was denied. */
function refusalOfAll(environment: Environment, asked: readonly AskedSecret[]): Refusal | undefined {
  const refused = asked.flatMap(({ answer, ...one }) =>
    answer === undefined || answer.ok ? [] : [{ ...one, refusal: answer.refusal }],
  );
  const denied = refused.filter(({ refusal }) => refusal.reason === 'not permitted');
  const [first] = denied.length > 0 ? denied : refused;
  if (first === undefined) return undefined;
  if (denied.length === 0) return first.refusal;
  const [ofKeys, ofValues] = [true, false].map((wanted) =>
    denied.filter(({ refusal }) => KEY_DENIED.test(refusal.message) === wanted),
  );
  const grants = secretStatements(environment, {
    secrets: (ofValues ?? []).flatMap(({ secret }) => secret ?? []),
    encryptedSecrets: (ofKeys ?? []).flatMap(({ secret }) => secret ?? []),
    parameters: (ofValues ?? []).flatMap(({ parameter }) => parameter ?? []),
    encryptedParameters: (ofKeys ?? []).flatMap(({ parameter }) => parameter ?? []),
  });
  return { ...first.refusal, grants };
}
