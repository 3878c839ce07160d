/**
 * Runs the RDS Proxy emulator: what it listens on, who is connected, and its end. Composes the rest:
 * admission, handshake, sessions, the pool of database connections, the report of what pins, and the faults.
 */
import { createAcceptor } from './acceptor.js';
import { Clients } from './clients.js';
import { type FaultRequest, type FaultResult, type FaultState, Faults } from './faults.js';
import { listenForClients } from './listeners.js';
import type { RdsProxyOptions } from './options.js';
import { type Pin, PinReport } from './pinning/pin-report.js';
import { ConnectionPool } from './pool/connection-pool.js';
import { completePoolSettings } from './pool/settings.js';
import { proxyStops } from './proxy-error.js';
import { Counters, collectStatistics, type RdsProxyStatistics } from './statistics/statistics.js';

export type { RdsProxyEvent } from './events.js';
export type { FaultRequest, FaultResult, FaultState } from './faults.js';
export type { RdsProxyOptions } from './options.js';
export type { Pin } from './pinning/pin-report.js';
export type { RdsProxyStatistics } from './statistics/statistics.js';
export type { Principal } from './token.js';

export interface RdsProxy {
  /** The port that it listens on. */
  port: number;
  statistics(): RdsProxyStatistics;
  /** What has pinned a session since the start, or since `forgetPins`: empty for code that never pins. */
  pins(): readonly Pin[];
  forgetPins(): void;
  /** The fault switches as they stand. */
  faults(): Readonly<FaultState>;
  /**
   * Sets a fault switch, or makes a fault happen.
   * @throws ZodError for a request that is none
   */
  applyFault(fault: FaultRequest): Promise<FaultResult>;
  /** Ends every connection and stops listening. May be called more than once. */
  stop(): Promise<void>;
}

/** How often idle connections are looked through. */
const SWEEP_MILLIS = 250;

/**
 * Starts the emulator on loopback.
 * @throws LocalStackError when the port is taken, RangeError for pool settings out of range
 */
export async function startRdsProxy(options: RdsProxyOptions): Promise<RdsProxy> {
  const settings = completePoolSettings(options.pool);
  const pool = new ConnectionPool(options.upstreamSocketPath, settings);
  const clients = new Clients();
  const counters = new Counters();
  const onEvent = options.onEvent ?? (() => {});
  const report = new PinReport((pin) => onEvent({ type: 'pinned', pin }));
  const faults = new Faults({
    failOver: (pauseMillis) => pool.failOver(pauseMillis),
    ...(options.restartDatabase && { restartDatabase: options.restartDatabase }),
    dropIdleClients: () => clients.closeWhere(({ isIdle }) => isIdle, 'dropped while idle, on request'),
    blackHole: (connectionId) => clients.turnIntoBlackHoles(connectionId),
    exhaustPool: (on) => pool.exhaust(on),
  });
  const accept = createAcceptor({
    options,
    pool,
    clients,
    counters,
    report,
    faults,
    onEvent,
    port: () => options.advertisedPort ?? port,
  });
  const listeners = await listenForClients(options.port, accept);
  const { port } = listeners;
  const sweep = setInterval(() => {
    clients.sweep(settings);
    pool.sweep();
  }, SWEEP_MILLIS);

  return {
    port,
    statistics: () => collectStatistics(counters, clients, pool),
    pins: () => report.pins,
    forgetPins: () => report.clear(),
    faults: () => ({ ...faults.state }),
    applyFault: (fault) => faults.apply(fault),
    async stop() {
      clearInterval(sweep);
      listeners.close();
      await Promise.all([pool.stop(proxyStops()), clients.closeAll()]);
    },
  };
}
