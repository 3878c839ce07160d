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
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LocalConnection } from '../../src/local-target.js';
import { REPLAY_READS } from '../../src/replay/replay-reads.js';
import { createVpc } from './accounts.js';
import { askedReads } from './asked-reads.js';
import { environmentIn } from './environments.js';
import { createInstance, createProxy } from './postgres-account.js';
import { describeWithMoto } from './with-moto.js';

/** The real local stack runs with the settings that moto's proxy and database have. */
const REPLAY = ['replay', '--environment', 'main'];

describeWithMoto('replay', (aws) => {
  let stack: ChildProcess | undefined;
  const clients: pg.Client[] = [];

  beforeEach(async () => aws.project.configure({ environments: { main: await createDatabase() } }));

  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.end()));
    if (stack?.exitCode === null) {
      const ended = once(stack, 'exit');
      stack.kill('SIGTERM');
      await ended;
    }
  });

  /** A proxy of one connection, for which other clients wait for 2 s. */
  async function createDatabase(): Promise<Environment> {
    const vpc = await createVpc(['a', 'b'], aws.direct);
    await createInstance(aws.direct, vpc);
    const group = await createProxy(aws.direct, vpc, 'orders-db');
    const rds = new RDSClient(aws.direct);
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
    const ca = readFileSync(join(aws.project.folder, '.local/ca.pem'), 'utf8');
    const client = new pg.Client({ host, port, user, database, password: await signer.getAuthToken(), ssl: { ca } });
    client.on('error', () => {});
    clients.push(client);
    await client.connect();
    return client;
  }

  /** Starts it, and waits until the stack is ready. @returns what it has printed */
  async function start(): Promise<string> {
    stack = spawn(process.execPath, [aws.project.bin, ...REPLAY], {
      cwd: aws.project.folder,
      env: { ...aws.project.environmentFor(aws.access), PORT: '0', PROXY_PORT: '0' },
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
      readFileSync(join(aws.project.folder, '.local/connection.json'), 'utf8'),
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
    const { code, output } = await aws.project.vpcPostgres([...REPLAY, '--json'], aws.access);

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
    const asked = askedReads(aws.endpoint.requests);
    expect(REPLAY_READS).toEqual(expect.arrayContaining(asked));
    expect(asked).not.toContain('cloudformation:DescribeStacks');
  });

  test('without a permission says which one, and takes over the rest', async () => {
    aws.endpoint.deny(({ action }) => action === 'DescribeDBParameters');

    const { code, output } = await aws.project.vpcPostgres([...REPLAY, '--json'], aws.access);

    expect(code, output).toBe(0);
    const { pool, notTakenOver } = JSON.parse(output);
    expect(pool.connectionBorrowTimeoutSeconds).toBe(2);
    expect(notTakenOver[0]).toContain('not permitted: rds:DescribeDBParameters. A statement that permits it:');
  });

  test('a proxy that is not there ends it before anything starts', async () => {
    await aws.moto.reset();

    const { code, output } = await aws.project.vpcPostgres(REPLAY, aws.access);

    expect(code).toBe(2);
    expect(output).toContain('has no proxy arn:aws:rds:');
  });
});
