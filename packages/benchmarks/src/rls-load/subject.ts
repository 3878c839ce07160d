/** What the load is run on, by each way. */
import type { LoadCounts } from './load.js';

export interface Subject {
  withUser(): Promise<LoadCounts>;
  transaction(): Promise<LoadCounts>;
  session(): Promise<LoadCounts>;
  stop(): Promise<void>;
}

/** One of each for every user. Opened before the load, and closed after it. */
export async function withOneEach<Client, Result>(
  users: readonly string[],
  open: () => Promise<Client>,
  close: (client: Client) => Promise<unknown>,
  work: (clientOf: (user: string) => Client) => Promise<Result>,
): Promise<Result> {
  const clients = new Map<string, Client>();
  try {
    for (const user of users) clients.set(user, await open());
    return await work((user) => clients.get(user) as Client);
  } finally {
    await Promise.all([...clients.values()].map(close));
  }
}
