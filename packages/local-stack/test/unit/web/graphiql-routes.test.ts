import { createRequire } from 'node:module';
import { afterEach, describe, expect, it } from 'vitest';
import { createGraphiqlRoutes } from '../../../src/web/graphiql/routes.js';
import { startWebServer, type WebServer } from '../../../src/web/server.js';

const { resolve } = createRequire(import.meta.url);

let server: WebServer | undefined;

afterEach(() => server?.stop());

describe('createGraphiqlRoutes', () => {
  it('serves all that the page names from this machine', async () => {
    server = await startWebServer({ port: 0, routes: createGraphiqlRoutes() });
    const page = await (await fetch(`${server.url}/graphiql`)).text();
    const named = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path);

    const own = named.filter((path) => path.startsWith('/graphiql/'));
    for (const path of own) expect((await fetch(server.url + path)).status, path).toBe(200);

    expect(own).toHaveLength(6);
    expect(named.filter((path) => !path.startsWith('/'))).toEqual([]);
  });

  it.each(['graphiql', 'react', 'react-dom'])('says in one sentence that %s is missing', async (missing) => {
    const resolveWithout = (id: string) => {
      if (id.startsWith(`${missing}/`)) throw new Error(`Cannot find module '${id}'`);
      return resolve(id);
    };

    server = await startWebServer({ port: 0, routes: createGraphiqlRoutes(resolveWithout) });

    const response = await fetch(`${server.url}/graphiql`);
    expect(response.status).toBe(503);
    expect(await response.text()).toBe(
      `GraphiQL is not here, because the package ${missing} is not installed: run npm ci.\n`,
    );
  });
});
