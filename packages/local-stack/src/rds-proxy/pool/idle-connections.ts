/** Keeps idle database connections: found again by pool key, and closed when too many or too old. */
import type { DatabaseConnection } from './database-connection.js';
import { allowedIdleConnections, type PoolSettings } from './settings.js';

export class IdleConnections {
  /** By identity; the one used last is at the end, and is used next. */
  readonly #byKey = new Map<string, DatabaseConnection[]>();

  get count(): number {
    return this.#all.length;
  }

  get #all(): DatabaseConnection[] {
    return [...this.#byKey.values()].flat();
  }

  add(connection: DatabaseConnection): void {
    const idle = this.#byKey.get(connection.key);
    if (idle === undefined) this.#byKey.set(connection.key, [connection]);
    else idle.push(connection);
  }

  /** @returns one that is usable, if there is one */
  take(key: string): DatabaseConnection | undefined {
    const idle = this.#byKey.get(key);
    for (let connection = idle?.pop(); connection !== undefined; connection = idle?.pop()) {
      if (connection.isUsable) return connection;
    }
    return undefined;
  }

  /** Of a connection that may be idle, or not. */
  remove(connection: DatabaseConnection): void {
    const idle = this.#byKey.get(connection.key);
    const at = idle?.indexOf(connection) ?? -1;
    if (at >= 0) idle?.splice(at, 1);
  }

  /** Makes room for a connection of another identity, where there is something to close. */
  closeOne(): void {
    const [oldest] = [...this.#byKey.values()].flatMap(([first]) => first ?? []);
    if (oldest !== undefined) this.#close(oldest);
  }

  /** Closes those that are too many, too long idle, or too old. */
  sweep(settings: PoolSettings): void {
    const now = performance.now();
    const idle = this.#all.sort((left, right) => left.idleSinceMillis - right.idleSinceMillis);
    let tooMany = idle.length - allowedIdleConnections(settings);
    for (const connection of idle) {
      const isTooOld =
        now - connection.idleSinceMillis > settings.idleDatabaseConnectionSeconds * 1000 ||
        now - connection.openedAtMillis > settings.databaseConnectionLifeSeconds * 1000;
      if (isTooOld || tooMany > 0) this.#close(connection);
      tooMany -= 1;
    }
  }

  #close(connection: DatabaseConnection): void {
    this.remove(connection);
    connection.close();
  }
}
