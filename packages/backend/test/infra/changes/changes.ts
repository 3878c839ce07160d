/** Lists every change of a single field that a second deployment can bring, in the order of the page. */
import type { Change } from './change.js';
import { databaseChanges } from './database-changes.js';
import { environmentChanges } from './environment-changes.js';
import { networkChanges } from './network-changes.js';
import { serverChanges } from './server-changes.js';

export const changes: readonly Change[] = [
  ...networkChanges,
  ...databaseChanges,
  ...serverChanges,
  ...environmentChanges,
];
