/** Declares the options of the emulator. Types only. */
import type { AdmissionLimits } from './admission.js';
import type { ServerCertificate } from './certificate.js';
import type { RdsProxyEvent } from './events.js';
import type { PinSettings } from './pinning/settings.js';
import type { PoolSettings } from './pool/settings.js';
import type { Principal } from './token.js';

export interface RdsProxyOptions {
  /** The name that clients connect to, and that their tokens must be for. */
  hostname: 'localhost';
  /** 1..65535, or 0 for any that is free. */
  port: number;
  /**
   * The port that clients connect to, and that their tokens must be for, where something stands in between.
   * @default the one that it listens on
   */
  advertisedPort?: number;
  /** The AWS region that tokens must be for. */
  region: string;
  /** For `hostname`, as PEM. */
  certificate: ServerCertificate;
  /** PostgreSQL's Unix socket. Must trust every user that a principal may connect as. */
  upstreamSocketPath: string;
  /** Whose tokens are accepted. */
  principals: readonly Principal[];
  /** @default RDS Proxy's own defaults */
  pool?: Partial<PoolSettings>;
  /** What the documentation of pinning leaves open. @default the cautious side */
  pinning?: Partial<PinSettings>;
  /** @default - no limits */
  admission?: AdmissionLimits;
  /** Restarts PostgreSQL, for the fault of that name. @default - that fault is an error */
  restartDatabase?: () => Promise<void>;
  /** Called at once; must not throw. @default - events are dropped */
  onEvent?: (event: RdsProxyEvent) => void;
  /** Milliseconds since 1970, to judge tokens by. @default Date.now */
  now?: () => number;
  /** How long a client may take from connecting to presenting its token, in milliseconds. @default 10000 */
  handshakeTimeoutMillis?: number;
}
