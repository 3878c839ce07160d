/** An RDS Proxy stand-in that can be stopped, and started again on its port: as it was, or with another clock or certificate. */
import type { RdsProxyOptions } from '../../src/local/rds-proxy/options.js';
import { type RdsProxy, startRdsProxy } from '../../src/local/rds-proxy/server.js';

export interface ExchangeableProxy {
  /** For `startProxy` of the local stack. What it returns is always the one that runs now. */
  start(options: RdsProxyOptions): Promise<RdsProxy>;
  /** Made since the start, to clients and to the database, by this one and by those before it. */
  connectionsMade(): number;
  /** Ends every connection; new ones are refused by the system. */
  stop(): Promise<void>;
  /** @param changes to what the stack asked for. @default - none */
  startAgain(changes?: Partial<RdsProxyOptions>): Promise<void>;
}

export function exchangeableProxy(): ExchangeableProxy {
  let asked: RdsProxyOptions | undefined;
  let current: RdsProxy | undefined;
  let madeByEarlier = 0;
  const running = (): RdsProxy => {
    if (current === undefined) throw new Error('The stack has not started its proxy.');
    return current;
  };
  const connectionsMade = () => {
    const { clientConnections, databaseConnections } = running().statistics();
    return madeByEarlier + clientConnections.received + databaseConnections.opened;
  };
  return {
    connectionsMade,
    async start(options) {
      current = await startRdsProxy(options);
      const { port } = current;
      asked = { ...options, port };
      return {
        port,
        statistics: () => running().statistics(),
        pins: () => running().pins(),
        forgetPins: () => running().forgetPins(),
        faults: () => running().faults(),
        applyFault: (fault) => running().applyFault(fault),
        stop: () => running().stop(),
      };
    },
    stop: () => running().stop(),
    async startAgain(changes = {}) {
      if (asked === undefined) throw new Error('The stack has not started its proxy.');
      const made = connectionsMade();
      current = await startRdsProxy({ ...asked, ...changes });
      madeByEarlier = made;
    },
  };
}
