/** Limits how many clients can connect: at once, and within a second. RDS Proxy's limits, which grow with it, as options. */
import { connectingTooFast, noCredentials, tooManyClients, tooManyTokens } from './proxy-error.js';

export interface AdmissionLimits {
  /** Client connections at once. @default - no limit */
  maxClientConnections?: number;
  /** New client connections within any second. @default - no limit */
  connectionsPerSecond?: number;
  /** IAM tokens examined within any second; RDS itself allows 200. @default - no limit */
  tokensPerSecond?: number;
  /** The database users that the proxy has a secret for. @default - every user */
  databaseUsers?: readonly string[];
}

const SECOND_MILLIS = 1000;

/** Counts what happened within the last second. */
class RateLimit {
  readonly #perSecond: number;
  #recentMillis: number[] = [];

  constructor(perSecond = Number.POSITIVE_INFINITY) {
    this.#perSecond = perSecond;
  }

  /** @returns false when there were too many already; an attempt in vain does not count */
  allows(): boolean {
    if (this.#perSecond === Number.POSITIVE_INFINITY) return true;
    const now = performance.now();
    this.#recentMillis = this.#recentMillis.filter((millis) => now - millis < SECOND_MILLIS);
    if (this.#recentMillis.length >= this.#perSecond) return false;
    this.#recentMillis.push(now);
    return true;
  }
}

export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #connections: RateLimit;
  readonly #tokens: RateLimit;

  constructor(limits: AdmissionLimits = {}) {
    this.#limits = limits;
    this.#connections = new RateLimit(limits.connectionsPerSecond);
    this.#tokens = new RateLimit(limits.tokensPerSecond);
  }

  /**
   * @param openConnections with this one
   * @throws ProxyError
   */
  admitConnection(user: string, openConnections: number): void {
    const { maxClientConnections, connectionsPerSecond = 0, databaseUsers } = this.#limits;
    if (maxClientConnections !== undefined && openConnections > maxClientConnections) {
      throw tooManyClients(maxClientConnections);
    }
    if (!this.#connections.allows()) throw connectingTooFast(connectionsPerSecond);
    if (databaseUsers !== undefined && !databaseUsers.includes(user)) throw noCredentials(user);
  }

  /** @throws ProxyError */
  admitToken(): void {
    if (!this.#tokens.allows()) throw tooManyTokens(this.#limits.tokensPerSecond ?? 0);
  }
}
