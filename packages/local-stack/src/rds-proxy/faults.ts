/**
 * Defines the faults that can be switched on: what goes wrong between a client and its database in production, on demand.
 * Of each fault, only what a client sees of it is emulated.
 */
import { z } from 'zod';

/** Longest pause or delay: more is indistinguishable from a black hole. */
const MAX_MILLIS = 600_000;
const DEFAULT_FAILOVER_PAUSE_MILLIS = 3_000;

const millis = z.number().int().min(0).max(MAX_MILLIS);

/** What can be asked for, also as JSON. */
export const faultRequestSchema = z.discriminatedUnion('fault', [
  /** All database connections drop, with their transactions; after the pause the new writer takes connections. */
  z.object({ fault: z.literal('failover'), pauseMillis: millis.default(DEFAULT_FAILOVER_PAUSE_MILLIS) }).strict(),
  /** PostgreSQL itself is restarted. */
  z.object({ fault: z.literal('restart-database') }).strict(),
  /** Client connections with nothing under way are closed. */
  z.object({ fault: z.literal('drop-idle-clients') }).strict(),
  /** A client connection, or all that are open now, stays open and is never answered again. */
  z.object({ fault: z.literal('black-hole'), connectionId: z.number().int().positive().optional() }).strict(),
  /** What clients send is held back for so long. 0 ends it. */
  z.object({ fault: z.literal('latency'), millis }).strict(),
  /** New connections are closed at once. */
  z.object({ fault: z.literal('refuse-connections'), on: z.boolean() }).strict(),
  /** No database connection comes free, until the borrow timeout strikes. */
  z.object({ fault: z.literal('exhaust-pool'), on: z.boolean() }).strict(),
  /** The credentials that tokens are signed with count as expired. */
  z.object({ fault: z.literal('expire-credentials'), on: z.boolean() }).strict(),
  /** Every switch is off again. */
  z.object({ fault: z.literal('clear') }).strict(),
]);

export type FaultRequest = z.input<typeof faultRequestSchema>;

/** The switches that stay as they are set. */
export interface FaultState {
  latencyMillis: number;
  refuseConnections: boolean;
  exhaustPool: boolean;
  expireCredentials: boolean;
}

/** What a fault touched: connections that were dropped, or turned into black holes. */
export interface FaultResult {
  clientConnections: number;
  databaseConnections: number;
}

/** What the switches work on. */
export interface FaultTargets {
  failOver(pauseMillis: number): number;
  /** Absent when the proxy does not know who runs the database. */
  restartDatabase?: () => Promise<void>;
  dropIdleClients(): number;
  /** @param connectionId of one client. @default all that are open */
  blackHole(connectionId?: number): number;
  exhaustPool(on: boolean): void;
}

export const NO_FAULTS: Readonly<FaultState> = {
  latencyMillis: 0,
  refuseConnections: false,
  exhaustPool: false,
  expireCredentials: false,
};

export class Faults {
  readonly state: FaultState = { ...NO_FAULTS };
  readonly #targets: FaultTargets;

  constructor(targets: FaultTargets) {
    this.#targets = targets;
  }

  /**
   * Sets a switch, or makes something happen once. Resolves when it has.
   * @throws ZodError for a request that is none
   */
  async apply(request: FaultRequest): Promise<FaultResult> {
    const parsed = faultRequestSchema.parse(request);
    const result: FaultResult = { clientConnections: 0, databaseConnections: 0 };
    switch (parsed.fault) {
      case 'failover':
        result.databaseConnections = this.#targets.failOver(parsed.pauseMillis);
        break;
      case 'restart-database':
        await this.#restartDatabase();
        break;
      case 'drop-idle-clients':
        result.clientConnections = this.#targets.dropIdleClients();
        break;
      case 'black-hole':
        result.clientConnections = this.#targets.blackHole(parsed.connectionId);
        break;
      case 'latency':
        this.state.latencyMillis = parsed.millis;
        break;
      case 'refuse-connections':
        this.state.refuseConnections = parsed.on;
        break;
      case 'exhaust-pool':
        this.#exhaustPool(parsed.on);
        break;
      case 'expire-credentials':
        this.state.expireCredentials = parsed.on;
        break;
      case 'clear':
        this.#exhaustPool(false);
        Object.assign(this.state, NO_FAULTS);
    }
    return result;
  }

  async #restartDatabase(): Promise<void> {
    if (this.#targets.restartDatabase === undefined) {
      throw new Error('This proxy cannot restart its database: start it with the option restartDatabase.');
    }
    await this.#targets.restartDatabase();
  }

  #exhaustPool(on: boolean): void {
    this.state.exhaustPool = on;
    this.#targets.exhaustPool(on);
  }
}
