import { createServer, request as httpRequest } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { LocalStackError } from '../../../src/local-stack-error.js';
import { readBody } from '../../../src/web/read-body.js';
import { startWebServer, type WebRoute, type WebServer } from '../../../src/web/server.js';

const HELLO: WebRoute = { path: '/hello', handle: (_, response) => void response.end('hello') };

const cleanUps: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function start(routes: WebRoute[] = [HELLO], onError?: (error: unknown) => void): Promise<WebServer> {
  const server = await startWebServer({ port: 0, routes, ...(onError && { onError }) });
  cleanUps.push(() => server.stop());
  return server;
}

describe('startWebServer', () => {
  it('answers on the port it names, whatever follows the path', async () => {
    const { url, port } = await start();

    const response = await fetch(`${url}/hello?x=1`);

    expect(await response.text()).toBe('hello');
    expect(url).toBe(`http://localhost:${port}`);
  });

  it('answers under each name of loopback', async () => {
    const { port } = await start();
    const hosts = hasIpv6Loopback() ? ['127.0.0.1', '[::1]'] : ['127.0.0.1'];

    for (const host of hosts) {
      expect((await fetch(`http://${host}:${port}/hello`)).status, host).toBe(200);
    }
  });

  it('cannot be reached from another machine', async () => {
    const { port } = await start();
    const outside = Object.values(networkInterfaces())
      .flat()
      .filter((address) => address && !address.internal && address.family === 'IPv4');

    for (const address of outside) await expect(connects(address?.address ?? '', port)).resolves.toBe(false);
    // Without another interface the addresses of 127/8 beside 127.0.0.1 tell the same.
    await expect(connects('127.0.0.2', port)).resolves.toBe(false);
  });

  it('says that there is nothing at an unknown path', async () => {
    const { url } = await start();

    expect((await fetch(`${url}/other`)).status).toBe(404);
    expect((await fetch(`${url}/hello/../../etc/passwd`)).status).toBe(404);
  });

  it.each(['attacker.example', 'attacker.example:3000', 'localhost.attacker.example', '127.0.0.1.nip.io', '0.0.0.0'])(
    'refuses the host %j, so that a rebound name gets nothing',
    async (host) => {
      const { port } = await start();

      expect(await statusWithHost(port, host)).toBe(403);
    },
  );

  it.each(['localhost', 'localhost:1', 'LOCALHOST:8080', '127.0.0.1:3000', '[::1]:3000'])(
    'accepts the host %j',
    async (host) => {
      const { port } = await start();

      expect(await statusWithHost(port, host)).toBe(200);
    },
  );

  it('refuses a request without a host', async () => {
    const { port } = await start();
    const socket = connect(port, '127.0.0.1');
    socket.setEncoding('utf8').write('GET /hello HTTP/1.0\r\n\r\n');

    let answer = '';
    for await (const chunk of socket) answer += chunk;

    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  });

  it('sends the security headers with every answer', async () => {
    const { url } = await start();

    for (const path of ['/hello', '/other']) {
      const { headers } = await fetch(url + path);
      const policy = headers.get('content-security-policy');
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self';");
      expect(policy).not.toContain('unsafe');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  it('survives a route that fails, and tells of it', async () => {
    const failure = new Error('of this test');
    const failures: unknown[] = [];
    const failing: WebRoute = { path: '/failing', handle: () => Promise.reject(failure) };
    const { url } = await start([HELLO, failing], (error) => failures.push(error));

    const response = await fetch(`${url}/failing`);

    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('of this test');
    expect(failures).toEqual([failure]);
    expect((await fetch(`${url}/hello`)).status).toBe(200);
  });
});

describe('a caller who goes away in the middle of a request', () => {
  it('is no failure to tell of', async () => {
    const failures: unknown[] = [];
    const ended = newSignal();
    const reading: WebRoute = {
      path: '/reading',
      handle: (request) =>
        readBody(request, 1000)
          .then(() => {})
          .finally(ended.give),
    };
    const { port } = await start([reading], (error) => failures.push(error));
    const socket = connect(port, '127.0.0.1');
    socket.write('POST /reading HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nonly this', () =>
      setTimeout(() => socket.destroy(), 20),
    );

    await ended.given;
    await new Promise((resolve) => setImmediate(resolve));

    expect(failures).toEqual([]);
  });
});

describe('a body that is too large', () => {
  it('is read to its end, so that the connection can be used again', async () => {
    const refusing: WebRoute = {
      path: '/refusing',
      handle: async (request, response) => {
        const body = await readBody(request, 1000);
        response.writeHead(body === undefined ? 413 : 200).end();
      },
    };
    const { port } = await start([refusing]);
    const request = httpRequest({ port, host: '127.0.0.1', path: '/refusing', method: 'POST' });
    const sent = new Promise((resolve) => request.once('finish', resolve));
    const answered = new Promise<number | undefined>((resolve) =>
      request.once('response', (response) => resolve(response.resume().statusCode)),
    );

    request.end(Buffer.alloc(20 * 1024 * 1024));

    expect(await answered).toBe(413);
    await sent;
  });
});

describe('a port that is taken', () => {
  it('is left alone, and named with the way out', async () => {
    const port = await holdPort('127.0.0.1');

    const error = await startWebServer({ port, routes: [HELLO] }).catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(LocalStackError);
    expect(error).toMatchObject({
      message: `Port ${port} is in use by another program.`,
      fix: expect.stringMatching(/PORT=\d+ npm start/),
    });
    expect(await connects('127.0.0.1', port)).toBe(true);
  });

  it.skipIf(!hasIpv6Loopback())('is found out on ::1 too, and 127.0.0.1 is given back', async () => {
    const port = await holdPort('::1');

    await expect(startWebServer({ port, routes: [HELLO] })).rejects.toThrow(`Port ${port} is in use`);

    expect(await connects('127.0.0.1', port)).toBe(false);
  });
});

describe('stop', () => {
  it('is quick although a browser keeps its connection', async () => {
    const server = await start();
    const socket = connect(server.port, '127.0.0.1');
    socket.write('GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await new Promise((resolve) => socket.once('data', resolve));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const startMillis = performance.now();

    await server.stop();

    await closed;
    expect(performance.now() - startMillis).toBeLessThan(500);
    expect(await connects('127.0.0.1', server.port)).toBe(false);
  });

  it('lets an answer under way end', async () => {
    const started = newSignal();
    const mayEnd = newSignal();
    const slow: WebRoute = {
      path: '/slow',
      handle: async (_, response) => {
        started.give();
        await mayEnd.given;
        response.end('done');
      },
    };
    const server = await start([slow]);
    const answer = fetch(`${server.url}/slow`);
    await started.given;

    const startMillis = performance.now();
    const stopped = server.stop();
    mayEnd.give();

    expect(await (await answer).text()).toBe('done');
    await stopped;
    expect(performance.now() - startMillis).toBeLessThan(500);
  });

  it('does not wait for an answer that never comes', async () => {
    const stuck: WebRoute = { path: '/stuck', handle: () => new Promise(() => {}) };
    const server = await start([stuck]);
    const answer = fetch(`${server.url}/stuck`).catch(() => 'cut off');
    await new Promise((resolve) => setTimeout(resolve, 50));
    const startMillis = performance.now();

    await server.stop();

    expect(await answer).toBe('cut off');
    expect(performance.now() - startMillis).toBeLessThan(2000);
  });
});

function newSignal() {
  let give = () => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give: () => give() };
}

function statusWithHost(port: number, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const options = { port, host: '127.0.0.1', path: '/hello', headers: { host } };
    httpRequest(options, (response) => resolve(response.resume().statusCode))
      .on('error', reject)
      .end();
  });
}

async function holdPort(host: string): Promise<number> {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen({ port: 0, host }, resolve));
  cleanUps.push(() => new Promise((resolve) => holder.close(resolve)));
  return (holder.address() as AddressInfo).port;
}

function connects(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

function hasIpv6Loopback(): boolean {
  return Object.values(networkInterfaces())
    .flat()
    .some((address) => address?.address === '::1');
}
