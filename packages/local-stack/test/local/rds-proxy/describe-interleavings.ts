/** The property that sharing connections must not change what a client is answered, tested with so many programs. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CREATE_TABLE, type Program, programs, run } from './interleavings.js';
import { type ProxyUnderTest, startProxyUnderTest } from './proxy-under-test.js';
import { connectDirectly, message, type RawClient } from './raw-client.js';

const APP = { user: 'app', database: 'app' };

export function describeInterleavings(programCount: number): void {
  describe(`${programCount} random programs`, () => {
    let stack: ProxyUnderTest;
    let few: ProxyUnderTest;
    let janitor: RawClient;
    beforeAll(async () => {
      stack = await startProxyUnderTest({ pool: { maxConnections: 11, reservedConnections: 3 } });
      few = await stack.startAnother({
        pool: { maxConnections: 5, reservedConnections: 3 },
        pinning: { namedStatementsPin: false },
      });
      janitor = await connectDirectly(stack.postgres.socketDirectory, APP);
      await janitor.ask(message.query(CREATE_TABLE));
    });
    afterAll(async () => {
      janitor.destroy();
      await few.stop();
      await stack.stop();
    });

    async function expectSameAsDirectly(program: Program, connect: () => Promise<RawClient>): Promise<void> {
      const directly = await run(program, () => connectDirectly(stack.postgres.socketDirectory, APP));
      await janitor.ask(message.query('truncate owned'));
      const proxied = await run(program, connect);
      await janitor.ask(message.query('truncate owned'));
      expect(proxied).toEqual(directly);
    }

    test('8 clients in any interleaving are answered as on connections of their own', async () => {
      await fc.assert(
        fc.asyncProperty(programs({ mayPin: true, mayWait: true }), (program) =>
          expectSameAsDirectly(program, () => stack.connectRaw()),
        ),
        { numRuns: programCount },
      );
    }, 600_000);

    test('8 clients on two connections, all statements at once, are answered as on connections of their own', async () => {
      await fc.assert(
        fc.asyncProperty(programs({ mayPin: false, mayWait: false }), (program) =>
          expectSameAsDirectly(program, () => few.connectRaw()),
        ),
        { numRuns: programCount },
      );
      expect(few.proxy.statistics().databaseConnections.open).toBeLessThanOrEqual(2);
      expect(few.proxy.pins()).toEqual([]);
    }, 600_000);
  });
}
