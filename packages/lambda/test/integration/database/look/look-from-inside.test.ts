/** Each hop is broken in turn, on the real path, and that hop is named: no other, and none behind it is tried. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { issueServerCertificate } from '@vpc-postgres/local-stack/rds-proxy/certificate-authority.js';
import { type RdsProxyOptions, startRdsProxy } from '@vpc-postgres/local-stack/rds-proxy/server.js';
import { exhaustive } from '@vpc-postgres/testing/support/exhaustive.js';
import { ARGUMENT_CANARY, secretsIn } from '@vpc-postgres/testing/support/secrets/search.js';
import { readStateSecrets } from '@vpc-postgres/testing/support/secrets/state-secrets.js';
import { describe, expect, test } from 'vitest';
import { type DoctorCheckId, explainLook, summarizeLook } from '../../../../src/database/look/explain.js';
import { lookQuestion } from '../../../../src/database/look/question.js';
import { HOPS, type Hop, type LookReport } from '../../../../src/database/look/report.js';
import { useLookFunction } from './look-function.js';

const inside = useLookFunction();

/** That this hop failed, those before it did not, and those behind it were not tried. */
function expectBlamed(report: LookReport, hop: Hop, code: string | RegExp, check: DoctorCheckId): void {
  const index = HOPS.indexOf(hop);
  expect(report.hops.map(({ hop: name, status }) => `${name} ${status}`)).toEqual(
    HOPS.map((name, at) => `${name} ${at < index ? 'ok' : at === index ? 'failed' : 'skipped'}`),
  );
  expect(report.hops[index]?.code).toMatch(code);
  const explained = explainLook(report)[index];
  expect(explained).toMatchObject({ check, fix: expect.stringMatching(/\S/) });
  expect(summarizeLook(report)).toContain(explained?.finding);
}

/** An emulator of RDS Proxy of the same database, with one thing else. */
async function startOtherProxy(changes: Partial<RdsProxyOptions>): Promise<number> {
  const { access, postgres } = inside.stack;
  const { ca, ...certificate } = await issueServerCertificate();
  const proxy = await startRdsProxy({
    hostname: 'localhost',
    port: 0,
    region: access.region,
    certificate,
    upstreamSocketPath: join(postgres.socketDirectory, '.s.PGSQL.5432'),
    principals: [{ credentials: access.credentials, databaseUsers: ['app'] }],
    ...changes,
  });
  inside.onEnd(() => proxy.stop());
  await writeFile(join(inside.directory, 'other-ca.pem'), ca);
  return proxy.port;
}

async function asSuperuser(statement: string, undo: string): Promise<void> {
  const superuser = await inside.stack.connectSuperuser();
  await superuser.query(statement);
  inside.onEnd(async () => {
    await superuser.query(undo);
    await superuser.end();
  });
}

describe('when nothing is wrong', () => {
  test('a look times each hop, and shows certificate, user, version and settings', async () => {
    const report = await inside.look();

    expect(report).toMatchObject({
      lookFromInside: 1,
      // The connection that was opened ahead of the first request.
      environment: { poolConnections: 1 },
      target: { host: 'localhost', user: 'app', database: 'app' },
      tls: { protocol: 'TLSv1.3', issuer: 'Local RDS Proxy CA' },
      session: {
        currentUser: 'app',
        sessionUser: 'app',
        serverVersion: expect.stringMatching(/^17\./),
        settings: { statement_timeout: '10s', lock_timeout: '5s', row_security: 'on' },
      },
    });
    expect(report.session?.roleSettings).toContain('statement_timeout=10s');
    expect(Date.parse(report.tls?.validTo ?? '')).toBeGreaterThan(Date.now());
    expect(Math.abs(report.clockAheadSeconds ?? Number.NaN)).toBeLessThan(10);
    const tried = report.hops.filter(({ hop }) => hop !== 'migrations');
    expect(tried.map(({ status }) => status)).toEqual(tried.map(() => 'ok'));
    for (const { millis } of tried) expect(millis).toBeGreaterThanOrEqual(0);
    // The migrations' record is the migrator's to read, and not of the user that serves requests.
    expect(report.hops.at(-1)).toEqual({ hop: 'migrations', status: 'skipped', code: 'NOT_PERMITTED' });
    expect(explainLook(report).filter(({ check }) => check !== undefined)).toEqual([]);
    expect(summarizeLook(report)).toContain('reaches app at localhost');
  });

  test('a look leaves no connection behind, and the function answers fields as before', async () => {
    await inside.look();

    await expect.poll(() => inside.stack.proxy.statistics().clientConnections.open).toBeLessThanOrEqual(1);
    expect(await inside.stack.ask('alice', '{ listOrders { nextToken } }')).toMatchObject({ errors: [] });
  });

  test('the answer and the log hold no token, no secret and no value of a row', async () => {
    await inside.stack.ask(
      'alice',
      `mutation { createOrder(currency: "EUR", lines: [{ sku: "${ARGUMENT_CANARY}", quantity: 1, unitPriceCents: 1 }]) { id } }`,
    );

    const good = await inside.invoke({}, null, lookQuestion({ sentAt: new Date() }));
    const refused = await inside.invoke({ user: 'nobody' }, null, lookQuestion({ sentAt: new Date() }));

    for (const text of [good, refused].flatMap(({ payload, log }) => [JSON.stringify(payload), log])) {
      expect(text).toMatch(/\S/);
      expect(secretsIn(text, readStateSecrets(inside.stack.stateDirectory))).toEqual([]);
      expect(text).not.toContain(ARGUMENT_CANARY);
      expect(text).not.toContain('X-Amz');
    }
    expect(refused.log).toContain('"failedHop":"login"');
  });
});

describe('a broken hop is named', () => {
  test('DNS, when the name does not exist', async () => {
    expectBlamed(await inside.look({ host: 'no-such-proxy.invalid' }), 'dns', /^(ENOTFOUND|EAI_AGAIN)$/, 'vpc-dns');
  });

  test('TCP, when nothing listens', async () => {
    expectBlamed(await inside.look({ port: 1 }), 'tcp', 'ECONNREFUSED', 'proxy-targets');
  });

  // A hop is given up in time for the answer of a function that has less time than a hop; else after a hop's own four seconds.
  test.each(exhaustive ? [2, 15] : [2])(
    'TLS, when the server accepts the connection and stays silent, within the %i s of the function',
    async (timeoutSeconds) => {
      const port = await inside.listen(() => {});

      expectBlamed(await inside.look({ port, timeoutSeconds }), 'tls', 'TIMEOUT', 'proxy-targets');
    },
  );

  test('TLS, when the server hangs up', async () => {
    const port = await inside.listen((socket) => socket.end());

    expectBlamed(await inside.look({ port }), 'tls', 'ECONNRESET', 'proxy-targets');
  });

  test('TLS, when the server has none', async () => {
    const port = await inside.listen((socket) => socket.once('data', () => socket.write('N')));

    expectBlamed(await inside.look({ port }), 'tls', 'NO_TLS', 'proxy-tls');
  });

  test('TLS, when another CA has issued the certificate, which it names', async () => {
    const port = await startOtherProxy({});

    const report = await inside.look({ port });

    expectBlamed(
      report,
      'tls',
      /^(UNABLE_TO_VERIFY|SELF_SIGNED|UNABLE_TO_GET_ISSUER|ERR_SSL|CERT_SIGN)/,
      'database-certificate',
    );
    expect(report.tls?.issuer).toBe('Local RDS Proxy CA');
  });

  test('TLS, when the certificate has expired', async () => {
    const { ca, ...certificate } = await issueServerCertificate(0);
    const caPath = join(inside.directory, 'expired-ca.pem');
    await writeFile(caPath, ca);
    const port = await startOtherProxy({ certificate });

    expectBlamed(await inside.look({ port, caPath }), 'tls', 'CERT_HAS_EXPIRED', 'database-certificate');
  });

  test('TLS, when the certificate is for another name, which it shows', async () => {
    const { ca, ...certificate } = await issueServerCertificate(30, [{ type: 'dns', value: 'other.example' }]);
    const caPath = join(inside.directory, 'named-ca.pem');
    await writeFile(caPath, ca);
    const port = await startOtherProxy({ certificate });

    const report = await inside.look({ port, caPath });

    expectBlamed(report, 'tls', 'ERR_TLS_CERT_ALTNAME_INVALID', 'function-environment');
    expect(summarizeLook(report)).toContain('other.example');
  });

  test('the token, when the function’s clock is 20 minutes behind that of AWS and of the caller', async () => {
    const aheadMillis = 20 * 60_000;
    const { certificate, ca } = await issueServerCertificate().then(({ ca, ...certificate }) => ({ certificate, ca }));
    const caPath = join(inside.directory, 'clock-ca.pem');
    await writeFile(caPath, ca);
    const port = await startOtherProxy({ certificate, now: () => Date.now() + aheadMillis });

    const report = await inside.look({ port, caPath }, new Date(Date.now() + aheadMillis));

    expectBlamed(report, 'token', 'CLOCK_SKEW', 'function-environment');
    expect(summarizeLook(report)).toMatch(/1[12]\d\d s behind/);
  });

  test('the login, when the proxy rejects the token and the clocks agree', async () => {
    await inside.stack.proxy.applyFault({ fault: 'expire-credentials', on: true });
    inside.onEnd(() => inside.stack.proxy.applyFault({ fault: 'clear' }));

    expectBlamed(await inside.look(), 'login', '28P01', 'function-logins');
  });

  test('the login, when the proxy does not know the user', async () => {
    expectBlamed(await inside.look({ user: 'nobody' }), 'login', /^28/, 'proxy-users');
  });

  test('the login, when the database does not exist', async () => {
    expectBlamed(await inside.look({ database: 'missing' }), 'login', '3D000', 'function-environment');
  });

  test('the statement, when PostgreSQL cancels it', async () => {
    await asSuperuser("alter role app set statement_timeout = '300ms'", "alter role app set statement_timeout = '10s'");
    await asSuperuser('begin; lock table pg_catalog.pg_namespace in access exclusive mode', 'rollback');

    expectBlamed(await inside.look({ port: await startTrustedProxy() }), 'statement', '57014', 'proxy-targets');
  });
});

/** A proxy whose connections are new: those of the stack's have the role's settings of before. */
async function startTrustedProxy(): Promise<number> {
  const { readFile } = await import('node:fs/promises');
  const read = (name: string) => readFile(join(inside.stack.stateDirectory, name), 'utf8');
  return startOtherProxy({ certificate: { certificate: await read('server.pem'), key: await read('server.key') } });
}

describe('only a caller of Invoke can ask', () => {
  const question = lookQuestion({ sentAt: new Date() });
  const identity = { sub: crypto.randomUUID(), groups: null };

  test.each<[string, unknown]>([
    ['the question itself', question],
    [
      'the question as the client context of the payload',
      { clientContext: question, context: { clientContext: question } },
    ],
    ['the question in the arguments', { typeName: 'Query', fieldName: 'listOrders', arguments: question, identity }],
    ['the question as the name of a field', { typeName: 'Query', fieldName: question, arguments: {}, identity }],
    [
      'the question in the headers, the parent and the step before',
      {
        typeName: 'Query',
        fieldName: 'listOrders',
        arguments: {},
        identity,
        source: question,
        prev: { result: question },
        request: { headers: { 'x-amz-client-context': JSON.stringify(question), ...question.custom } },
      },
    ],
    ['a list of questions', [question, { clientContext: question }]],
  ])('a payload with %s gets the envelope of a field', async (_, event) => {
    const { payload } = await inside.invoke({}, event);

    expect(payload).toMatchObject({ envelope: 'vpc-postgres' });
    expect(JSON.stringify(payload)).not.toContain('hops');
  });

  test('no GraphQL request gets a look, whatever its arguments, variables and headers hold', async () => {
    const { stack } = inside;
    const clientContext = Buffer.from(JSON.stringify(question)).toString('base64');
    const authorization = await stack.userPool.issueToken({ username: 'alice', groups: [] });
    const answers = await Promise.all(
      [
        { query: '{ listOrders { nextToken } }', variables: question },
        { query: '{ listOrders { nextToken } lookFromInside { hops } }' },
        {
          query: '{ listOrders { nextToken } }',
          extensions: question,
          clientContext: question,
          custom: question.custom,
        },
      ].map(async (body) => {
        const headers = {
          authorization,
          'x-amz-client-context': clientContext,
          'lambda-runtime-client-context': JSON.stringify(question),
        };
        return (await fetch(`${stack.url}/graphql`, { method: 'POST', headers, body: JSON.stringify(body) })).text();
      }),
    );

    for (const text of answers) {
      expect(text).toMatch(/"(data|errors)"/);
      expect(text).not.toMatch(/"hops"|lookFromInside":1|serverVersion/);
    }
  });
});
