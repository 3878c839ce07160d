/**
 * An RDS Proxy emulator behind a wire that can be cut, which can be stopped, and started again on its port: as it was, or
 * with another clock or certificate.
 */
import type { RdsProxyOptions } from '@vpc-postgres/local-stack/rds-proxy/options.js';
import { type RdsProxy, startRdsProxy } from '@vpc-postgres/local-stack/rds-proxy/server.js';
import { startWireRelay, type WireRelay } from '@vpc-postgres/testing/support/wire-relay.js';

export interface ExchangeableProxy {
  /** For `startProxy` of the local stack, with a port of its own. What it returns is always the one that runs now. */
  start(options: RdsProxyOptions): Promise<RdsProxy>;
  /** Between clients and the proxy: a cut leaves the database to finish what it was sent. */
  wire(): WireRelay;
  /** Made since the start, to clients and to the database, by this one and by those before it. */
  connectionsMade(): number;
  /** Ends every connection; new ones are closed at once. */
  stop(): Promise<void>;
  /** @param changes to what the stack asked for. @default - none */
  startAgain(changes?: Partial<RdsProxyOptions>): Promise<void>;
}

interface Running {
  options: RdsProxyOptions;
  proxy: RdsProxy;
  wire: WireRelay;
}

export function exchangeableProxy(): ExchangeableProxy {
  let running: Running | undefined;
  let madeByEarlier = 0;
  const current = (): Running => {
    if (running === undefined) throw new Error('The stack has not started its proxy.');
    return running;
  };
  const connectionsMade = () => {
    const { clientConnections, databaseConnections } = current().proxy.statistics();
    return madeByEarlier + clientConnections.received + databaseConnections.opened;
  };
  return {
    async start(asked) {
      const wire = await startWireRelay(asked.port);
      const options = { ...asked, advertisedPort: wire.port };
      running = { options, wire, proxy: await startRdsProxy(options) };
      return {
        port: wire.port,
        statistics: () => current().proxy.statistics(),
        pins: () => current().proxy.pins(),
        forgetPins: () => current().proxy.forgetPins(),
        faults: () => current().proxy.faults(),
        applyFault: (fault) => current().proxy.applyFault(fault),
        async stop() {
          await current().proxy.stop();
          await wire.stop();
        },
      };
    },
    wire: () => current().wire,
    connectionsMade,
    stop: () => current().proxy.stop(),
    async startAgain(changes = {}) {
      const { options, wire } = current();
      const made = connectionsMade();
      running = { options, wire, proxy: await startRdsProxy({ ...options, ...changes }) };
      madeByEarlier = made;
    },
  };
}
