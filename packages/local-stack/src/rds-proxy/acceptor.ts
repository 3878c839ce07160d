/** Accepts a connection: refuses it while a fault asks for it, or serves it with all that a session needs. */
import type net from 'node:net';
import tls from 'node:tls';
import { Admission } from './admission.js';
import type { Clients } from './clients.js';
import { serveConnection } from './connection.js';
import type { RdsProxyEvent } from './events.js';
import type { Faults } from './faults.js';
import type { RdsProxyOptions } from './options.js';
import { loadPinClassifier } from './pinning/classifier.js';
import type { PinReport } from './pinning/pin-report.js';
import { CAUTIOUS_PIN_SETTINGS } from './pinning/settings.js';
import type { ConnectionPool } from './pool/connection-pool.js';
import { StatementNames } from './session/prepared-statements.js';
import type { Counters } from './statistics/statistics.js';
import { type TokenVerdict, verifyToken } from './token.js';

export interface AcceptorParts {
  options: RdsProxyOptions;
  pool: ConnectionPool;
  clients: Clients;
  counters: Counters;
  report: PinReport;
  faults: Faults;
  onEvent: (event: RdsProxyEvent) => void;
  /** Known once the first client comes. */
  port: () => number;
}

const DEFAULT_HANDSHAKE_TIMEOUT_MILLIS = 10_000;

/** @returns what is to be called with each new connection */
export function createAcceptor(parts: AcceptorParts): (socket: net.Socket) => void {
  const { options, pool, clients, counters, report, faults } = parts;
  const { certificate, key } = options.certificate;
  const secureContext = tls.createSecureContext({ cert: certificate, key, minVersion: 'TLSv1.2' });
  const admission = new Admission(options.admission);
  const pinSettings = { ...CAUTIOUS_PIN_SETTINGS, ...options.pinning };
  const classifier = loadPinClassifier(pinSettings);
  const sharedNames = pinSettings.namedStatementsPin ? undefined : new StatementNames();

  const onEvent = (event: RdsProxyEvent) => {
    if (event.type === 'opened') counters.accepted += 1;
    if (event.type === 'refused') counters.refused += 1;
    parts.onEvent(event);
  };
  const verify = (token: string, user: string): TokenVerdict => {
    admission.admitToken();
    if (faults.state.expireCredentials) return { accepted: false, reason: 'the credentials count as expired (fault)' };
    return verifyToken(token, {
      hostname: options.hostname,
      port: parts.port(),
      region: options.region,
      user,
      principals: options.principals,
      now: (options.now ?? Date.now)(),
    });
  };

  return (socket) => {
    counters.received += 1;
    const connectionId = counters.received;
    clients.addSocket(socket);
    if (faults.state.refuseConnections) {
      socket.destroy();
      onEvent({ type: 'refused', connectionId, message: '', reason: 'new connections are refused (fault)' });
      return;
    }
    void serveConnection(socket, {
      connectionId,
      secureContext,
      pool,
      sharedNames,
      handshakeTimeoutMillis: options.handshakeTimeoutMillis ?? DEFAULT_HANDSHAKE_TIMEOUT_MILLIS,
      admit: (user) => admission.admitConnection(user, clients.connectionCount),
      verify,
      findPinReasons: classifier.then(({ find }) => find),
      latencyMillis: () => faults.state.latencyMillis,
      onEvent,
      onSession: (session) => clients.addSession(connectionId, session),
      onPin: (identity, text, reasons, isFirst) => {
        if (isFirst) counters.pinnedSessions += 1;
        report.add(text, reasons, identity);
      },
      onTransaction(millis) {
        counters.transactions += 1;
        counters.transactionMillis.add(millis);
      },
      onDatabaseError() {
        counters.databaseErrors += 1;
      },
    });
  };
}
