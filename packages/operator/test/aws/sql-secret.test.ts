import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { beforeEach, expect, test } from 'vitest';
import { amplifySecretPath } from '../../src/amplify-secret-path.js';
import { type Access, signIn } from './accounts.js';
import { environmentIn, environmentWithSql, region } from './environments.js';
import { describeWithMoto } from './with-moto.js';

/** `vpc-postgres sql-secret` against an imitation of AWS, as a program that may neither write a file nor start another. */
const VPC = 'vpc-0123456789abcdef0';
const PASSWORD = `hunter2 p@ss/w:rd?#[%41]&=+'"`;
const SECRET = {
  engine: 'postgres',
  // The example's proxy.
  host: 'orders.proxy-c1d2e3f4g5h6.eu-west-1.rds.amazonaws.com',
  port: 5432,
  username: 'sql_data_source',
  password: PASSWORD,
  dbname: 'app',
};
const MAIN = ['--environment', 'main', '--app-id', 'd1example'];
const pathOf = (secret: string) => amplifySecretPath({ type: 'branch', namespace: 'd1example', name: 'main' }, secret);
const URI_PATH = pathOf('SQL_CONNECTION_URI');
const AUTHORITY_PATH = pathOf('SQL_CERTIFICATE_AUTHORITY');

describeWithMoto('vpc-postgres sql-secret', (aws) => {
  let parameters: SSMClient;
  beforeEach(() => {
    parameters = new SSMClient(aws.direct);
  });

  const sqlSecret = (args: readonly string[], access: Access = aws.direct) =>
    aws.project.sqlSecret(args, { ...access, endpoint: aws.endpoint.url });

  const actions = () => aws.endpoint.requests.map(({ action }) => action);

  async function createSecret(value: object | string, name = 'orders/sql'): Promise<string> {
    const SecretString = typeof value === 'string' ? value : JSON.stringify(value);
    const { ARN = '' } = await new SecretsManagerClient(aws.direct).send(
      new CreateSecretCommand({ Name: name, SecretString }),
    );
    return ARN;
  }

  async function configure(secret: object | string): Promise<string> {
    const secretArn = await createSecret(secret);
    aws.project.configure({ environments: { main: environmentWithSql(VPC, secretArn) } });
    return secretArn;
  }

  async function readParameter(Name: string) {
    const { Parameter } = await parameters.send(new GetParameterCommand({ Name, WithDecryption: true }));
    return { type: Parameter?.Type, value: Parameter?.Value ?? '' };
  }

  const writeParameter = (Name: string, Value: string, Type: 'String' | 'SecureString') =>
    parameters.send(new PutParameterCommand({ Name, Value, Type }));

  test('writes both parameters of the branch, encrypted, and says where and what to do next', async () => {
    await configure(SECRET);

    const { code, output } = await sqlSecret(MAIN);

    expect(code, output).toBe(0);
    const uri = await readParameter(URI_PATH);
    expect(uri.type).toBe('SecureString');
    expect(decodeURIComponent(new URL(uri.value).password)).toBe(PASSWORD);
    const authority = await readParameter(AUTHORITY_PATH);
    expect(authority.type).toBe('SecureString');
    expect(authority.value).toContain('-----BEGIN CERTIFICATE-----');
    expect(output).toMatch(new RegExp(`created\\s+${AUTHORITY_PATH}[\\s\\S]*created\\s+${URI_PATH}`));
    expect(output).toContain('deploy: push the branch');
    expect(output).toContain('--app-id d1example --branch main');
  });

  test('asks who it is, reads one secret and two parameters, writes two, and asks nothing else', async () => {
    await configure(SECRET);

    await sqlSecret(MAIN);

    expect(actions()).toEqual([
      'GetCallerIdentity',
      'GetSecretValue',
      'GetParameter',
      'GetParameter',
      'PutParameter',
      'PutParameter',
    ]);
  });

  test('leaves the password in no output and in no file', async () => {
    await configure(SECRET);

    const runs = [await sqlSecret(MAIN), await sqlSecret([...MAIN, '--json']), await sqlSecret([...MAIN, '--dry-run'])];

    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
    for (const { output } of runs) expect(output).not.toContain('hunter2');
    expect(filesWith('hunter2', aws.project.folder)).toEqual([]);
  });

  test('for a sandbox writes where ampx sandbox looks, under the package’s and the developer’s name', async () => {
    const secretArn = await createSecret(SECRET);
    aws.project.configure({ environments: { sandbox: environmentWithSql(VPC, secretArn) } });

    const { code, output } = await sqlSecret(['--environment', 'sandbox', '--identifier', 'alice', '--json']);

    expect(code, output).toBe(0);
    const { parameters: written } = JSON.parse(output);
    expect(written).toEqual([
      {
        name: expect.stringMatching(/^\/amplify\/amplifyvpcpostgresstarter\/alice-sandbox-\w{10}\/SQL_CERT/),
        change: 'create',
      },
      { name: expect.stringMatching(/\/alice-sandbox-\w{10}\/SQL_CONNECTION_URI$/), change: 'create' },
    ]);
    expect((await readParameter(written[1].name)).type).toBe('SecureString');
  });

  test('a dry run says what it would do, and writes nothing', async () => {
    await configure(SECRET);

    const { code, output } = await sqlSecret([...MAIN, '--dry-run']);

    expect([code, actions().includes('PutParameter')]).toEqual([0, false]);
    expect(output).toContain('Nothing was written.');
    expect(output).toMatch(new RegExp(`would create\\s+${URI_PATH}`));
  });

  test('a changed password is written over the old one; the same one is not written again', async () => {
    await configure(SECRET);
    await sqlSecret(MAIN);
    const secretArn = await createSecret({ ...SECRET, password: 'hunter3' }, 'orders/sql-new');

    const changed = await sqlSecret([...MAIN, '--secret-arn', secretArn]);
    const again = await sqlSecret([...MAIN, '--secret-arn', secretArn, '--json']);

    expect(changed.output).toMatch(new RegExp(`unchanged\\s+${AUTHORITY_PATH}[\\s\\S]*updated\\s+${URI_PATH}`));
    expect((await readParameter(URI_PATH)).value).toContain(':hunter3@');
    expect(JSON.parse(again.output).parameters.map(({ change }: { change: string }) => change)).toEqual([
      'none',
      'none',
    ]);
  });

  test('a connection of another database is not overwritten unless that is said', async () => {
    await configure(SECRET);
    await writeParameter(URI_PATH, 'postgresql://sql_data_source:hunter2@production.example:5432/app', 'SecureString');

    const refused = await sqlSecret(MAIN);

    expect(refused.code).toBe(2);
    expect(refused.output).toContain(`${URI_PATH} exists, and holds another host. To replace it, add --replace.`);
    expect(refused.output).not.toContain('production.example');
    expect(actions()).not.toContain('PutParameter');
    const replaced = await sqlSecret([...MAIN, '--replace']);
    expect(replaced.code, replaced.output).toBe(0);
    expect((await readParameter(URI_PATH)).value).toContain(`@${SECRET.host}:5432/app`);
  });

  test('a parameter that somebody stored in the clear is refused', async () => {
    await configure(SECRET);
    await writeParameter(URI_PATH, 'postgresql://a:hunter2@b:5432/c', 'String');

    const { code, output } = await sqlSecret([...MAIN, '--replace']);

    expect(code).toBe(2);
    expect(output).toContain('is not encrypted');
    expect(output).not.toContain('hunter2');
  });

  test('everything that is wrong with the secret is reported at once, with no value of it, and nothing is written', async () => {
    await configure({ username: 'app', password: 'hunter2', host: 'hunter2.example', port: 'hunter2' });

    const { code, output } = await sqlSecret(MAIN);

    expect(code).toBe(2);
    for (const problem of [
      'Its port is not',
      'It has no dbname',
      'Its host is not orders.proxy-',
      'Its username is app',
    ]) {
      expect(output).toContain(problem);
    }
    expect(output).not.toContain('hunter2');
    expect(actions()).not.toContain('PutParameter');
  });

  test('a secret that is no JSON is refused without a word of it', async () => {
    await configure('hunter2 is the password');

    const { code, output } = await sqlSecret(MAIN);

    expect(code).toBe(2);
    expect(output).toContain('It is no JSON object');
    expect(output).not.toContain('hunter2');
  });

  test('credentials of another account are refused before the secret is read', async () => {
    await configure(SECRET);

    const { code, output } = await sqlSecret(MAIN, await signIn('444455556666', aws.moto.url, region));

    expect(code).toBe(2);
    expect(output).toContain('environments.main.account');
    expect(actions()).toEqual(['GetCallerIdentity']);
  });

  test('without the right to read it, it says which rights are needed', async () => {
    await configure(SECRET);
    aws.endpoint.deny(({ action }) => action === 'GetSecretValue');

    const { code, output } = await sqlSecret(MAIN);

    expect(code).toBe(2);
    expect(output).toMatch(/^It was not done: .*AccessDenied.*secretsmanager:GetSecretValue on the secret/m);
  });

  test('before the data source is switched on, the secret is named, and the next step is to switch it on', async () => {
    const secretArn = await createSecret(SECRET);
    aws.project.configure({ environments: { main: environmentIn(VPC) } });

    const unnamed = await sqlSecret(MAIN);
    const named = await sqlSecret([...MAIN, '--secret-arn', secretArn]);

    expect(unnamed.output).toContain('has no sqlDataSource. Add one to amplify/environments.ts, or --secret-arn ARN.');
    expect(named.code, named.output).toBe(0);
    expect(named.output).toContain('add sqlDataSource to main');
  });

  test.each([
    [[], "required option '--environment <NAME>' not specified"],
    [['--environment', 'main'], '--app-id is missing'],
    [['--environment', 'main', '--app-id', 'my app'], '--app-id is "my app"'],
    [['--environment', 'other', '--app-id', 'd1example'], 'has no environment of that name'],
    [['--enviroment', 'main'], "unknown option '--enviroment'"],
    [[...MAIN, '--secret-arn', 'orders/sql'], '--secret-arn is "orders/sql"'],
    [[...MAIN, '--ca-file', 'none.pem'], '--ca-file none.pem cannot be read: ENOENT'],
  ])('%j is refused, and AWS is not asked', async (args, problem) => {
    aws.project.configure({ environments: { main: environmentWithSql(VPC) } });

    const { code, output } = await sqlSecret(args);

    expect([code, actions()]).toEqual([2, []]);
    expect(output).toContain(problem);
  });
});

/** The files in which a text is, without following links. */
function filesWith(text: string, folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((file) => statSync(file).size < 50_000_000 && readFileSync(file).includes(text));
}
