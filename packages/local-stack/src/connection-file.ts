/** Tells other tools how to reach the local database: read by `npm run db:token`. Holds credentials of the emulator only. */
import { join } from 'node:path';
import type { LocalDatabase } from './function-environment.js';
import { replacePrivateFile } from './replace-file.js';

/** @param migrator the user that migrates, and the credentials of the role that may connect as it. */
export async function writeConnectionFile(
  stateDirectory: string,
  access: LocalDatabase,
  migrator: Pick<LocalDatabase, 'user' | 'credentials'>,
): Promise<void> {
  const { host, port, region, database, user, credentials } = access;
  const text = `${JSON.stringify({ host, port, region, database, user, credentials, migrator }, null, 2)}\n`;
  await replacePrivateFile(join(stateDirectory, 'connection.json'), text);
}
