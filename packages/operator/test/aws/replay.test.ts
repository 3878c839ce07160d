import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateDBParameterGroupCommand,
  type DBProxy,
  DescribeDBProxiesCommand,
  ModifyDBInstanceCommand,
  ModifyDBParameterGroupCommand,
  ModifyDBProxyTargetGroupCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import { Signer } from '@aws-sdk/rds-signer';
import type { Environment } from '@vpc-postgres/backend/configuration/environment.js';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { operationOf } from '../../src/aws/reads.js';
import type { LocalConnection } from '../../src/local-target.js';
import { REPLAY_READS } from '../../src/replay/replay-reads.js';
import { type Access, createVpc, signIn } from './accounts.js';
import { account, environmentIn, region } from './environments.js';
import { type Moto, startMoto } from './moto.js';
import { createInstance, createProxy } from './postgres-account.js';
import { copyProject, type ProjectCopy } from './project-copy.js';
import { openRecordingEndpoint, type RecordingEndpoint } from './recording-endpoint.js';

/** The real local stack runs with the settings that moto's proxy and database have. */
const motoServer = inject('motoServer');

const REPLAY = ['replay', '--environment', 'main'];

describe.skipIf(motoServer === undefined)('replay', () => {
  let moto: Moto;
  let project: ProjectCopy;
  let endpoint: RecordingEndpoint;
  let access: Access;
  let stack: ChildProcess | undefined;
  const clients: pg.Client[] = [];

  beforeAll(async () => {
    moto = await startMoto(motoServer ?? '');
    project = copyProject();
  });
  afterAll(async () => {
    project?.remove();
    await moto?.stop();
  });
  beforeEach(async () => {
    await moto.reset();
    const direct = await signIn(account, moto.url, region);
    endpoint = await openRecordingEndpoint(moto.url);
    access = { ...direct, endpoint: endpoint.url };
    project.configure({ environments: { main: await createDatabase(direct) } });
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.end()));
    if (stack?.exitCode === null) {
      const ended = once(stack, 'exit');
      stack.kill('SIGTERM');
      await ended;
    }
    await endpoint.close();
  });

  /** A proxy that lends one connection, and lets others wait for 2 s. */
  async function createDatabase(direct: Access): Promise<Environment> {
    const vpc = await createVpc(['a', 'b'], direct);
    await createInstance(direct, vpc);
    const group = await createProxy(direct, vpc, 'orders-db');
    const rds = new RDSClient(direct);
    const DBParameterGroupName = 'orders';
    await rds.send(
      new CreateDBParameterGroupCommand({
        DBParameterGroupName,
        DBParameterGroupFamily: 'postgres17',
        Description: 'Orders',
      }),
    );
    const set = (ParameterName: string, ParameterValue: string) => ({
      ParameterName,
      ParameterValue,
      ApplyMethod: 'immediate' as const,
    });
    await rds.send(
      new ModifyDBParameterGroupCommand({
        DBParameterGroupName,
        Parameters: [set('max_connections', '30'), set('deadlock_timeout', '1234'), set('rds.force_ssl', '1')],
      }),
    );
    await rds.send(new ModifyDBInstanceCommand({ DBInstanceIdentifier: 'orders-db', DBParameterGroupName }));
    await rds.send(
      new ModifyDBProxyTargetGroupCommand({
        DBProxyName: 'orders',
        TargetGroupName: 'default',
        ConnectionPoolConfig: { ConnectionBorrowTimeout: 2, MaxConnectionsPercent: 1 },
      }),
    );
    const { DBProxies = [] } = await rds.send(new DescribeDBProxiesCommand({}));
    const { DBProxyArn: proxyArn = '' }: DBProxy = DBProxies[0] ?? {};
    const environment = environmentIn(vpc.id);
    const { name, user } = environment.database;
    const endpointName = 'orders.proxy-c1d2e3f4g5h6.eu-west-1.rds.amazonaws.com';
    const securityGroup = { id: group, rules: 'add' } as const;
    return {
      ...environment,
      database: { name, user, proxy: { kind: 'existing', proxyArn, endpoint: endpointName, securityGroup } },
    };
  }

  async function connect({ host, port, user, database, region: of, credentials }: LocalConnection): Promise<pg.Client> {
    const signer = new Signer({ hostname: host, port, username: user, region: of, credentials });
    const ca = readFileSync(join(project.folder, '.local/ca.pem'), 'utf8');
    const client = new pg.Client({ host, port, user, database, password: await signer.getAuthToken(), ssl: { ca } });
    client.on('error', () => {});
    clients.push(client);
    await client.connect();
    return client;
  }

  /** Starts it, and waits until the stack is ready. @returns what it has printed */
  async function start(): Promise<string> {
    stack = spawn(process.execPath, [project.bin, ...REPLAY], {
      cwd: project.folder,
      env: { ...project.environmentFor(access), PORT: '0', PROXY_PORT: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    return new Promise((resolve, reject) => {
      const listen = (chunk: Buffer) => {
        said += chunk.toString();
        if (/^Ready in /m.test(said)) resolve(said);
      };
      stack?.stdout?.on('data', listen);
      stack?.stderr?.on('data', listen);
      stack?.once('exit', (code) => reject(new Error(`It ended with ${code}:\n${said}`)));
    });
  }

  test('a query that gets no connection fails after the 2 s of the deployed proxy, and the stack ends in order', async () => {
    const said = await start();

    expect(said).toMatch(/ConnectionBorrowTimeout +2 s/);
    expect(said).toContain('Parameters of the group that are about AWS or the machine: rds.force_ssl.');
    const connection: LocalConnection = JSON.parse(
      readFileSync(join(project.folder, '.local/connection.json'), 'utf8'),
    );
    const [holder, waiter] = [await connect(connection), await connect(connection)];
    const { rows } = await holder.query(
      "select current_setting('max_connections') as connections, current_setting('deadlock_timeout') as deadlock",
    );
    expect(rows).toEqual([{ connections: '30', deadlock: '1234ms' }]);
    await holder.query('begin');
    await holder.query('select 1');
    const started = performance.now();

    await expect(waiter.query('select 1')).rejects.toThrow(/timed.?out|timeout/i);

    const seconds = (performance.now() - started) / 1000;
    expect(seconds).toBeGreaterThan(1.9);
    expect(seconds).toBeLessThan(3.5);
    const ended = once(stack as ChildProcess, 'exit');
    stack?.kill('SIGTERM');
    await ended;
    await expect(connect(connection)).rejects.toThrow();
  });

  test('asks AWS only what it declares, and of a proxy that exists no stack', async () => {
    const { code, output } = await project.vpcPostgres([...REPLAY, '--json'], access);

    expect(code, output).toBe(0);
    expect(JSON.parse(output)).toMatchObject({
      environment: 'main',
      engineVersion: '17.6',
      pool: {
        maxConnections: 30,
        maxConnectionsPercent: 1,
        connectionBorrowTimeoutSeconds: 2,
        idleClientTimeoutSeconds: 1800,
      },
      parameters: { deadlock_timeout: '1234' },
    });
    const asked = endpoint.requests.map(({ action }) => action);
    expect(asked.filter((action) => !REPLAY_READS.map(operationOf).includes(action))).toEqual([]);
    expect(asked).not.toContain('DescribeStacks');
  });

  test('without a permission says which one, and takes over the rest', async () => {
    endpoint.deny(({ action }) => action === 'DescribeDBParameters');

    const { code, output } = await project.vpcPostgres([...REPLAY, '--json'], access);

    expect(code, output).toBe(0);
    const { pool, notTakenOver } = JSON.parse(output);
    expect(pool.connectionBorrowTimeoutSeconds).toBe(2);
    expect(notTakenOver[0]).toContain('not permitted: rds:DescribeDBParameters. A statement that permits it:');
  });

  test('a proxy that is not there ends it before anything starts', async () => {
    await moto.reset();

    const { code, output } = await project.vpcPostgres(REPLAY, access);

    expect(code).toBe(2);
    expect(output).toContain('has no proxy arn:aws:rds:');
  });
});
