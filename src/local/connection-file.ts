/** Tells other tools how to reach the local database: read by `npm run db:token`. Holds credentials of the stand-in only. */
import { join } from 'node:path';
import type { DatabaseAccess } from './functions.js';
import { replacePrivateFile } from './replace-file.js';

export async function writeConnectionFile(stateDirectory: string, access: DatabaseAccess): Promise<void> {
  const { host, port, region, database, user, credentials } = access;
  const text = `${JSON.stringify({ host, port, region, database, user, credentials }, null, 2)}\n`;
  await replacePrivateFile(join(stateDirectory, 'connection.json'), text);
}
