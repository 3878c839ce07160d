/** Says what a sandbox can be in an account that has no VPC and no database, and what it costs. */
import { priceOfSandbox } from '../cost/sandbox-price.js';
import { NEW_SERVER_DEFAULTS } from './server-settings.js';

/** Takes the place of `network` and `database`, as it is written. */
export const SANDBOX_OF_ITS_OWN = `\
    network: { kind: 'new' },
    database: {
      name: 'app',
      user: 'app',
      migrator: 'migrator',
      server: { kind: 'new' },
      proxy: { kind: 'none' },
    },
    limits: { reservedConcurrency: 20 },
    acknowledgements: [{ guardrail: 'data-loss', reason: 'The data of a sandbox goes with it.' }],`;

/** @param inRegion Of the sandbox, if it is known. */
export function offerSandbox(inRegion: string): string {
  const { usd, region } = priceOfSandbox(inRegion);
  const { instanceType, allocatedStorageGiB } = NEW_SERVER_DEFAULTS;
  return (
    'Without a VPC and a database of yours, write these in place of network and database. Each sandbox then has its own, for ' +
    `about ${usd.toFixed(2)} USD a month as long as it exists (db.${instanceType}, ${allocatedStorageGiB} GiB and a secret; list ` +
    `prices of ${region}). npx ampx sandbox delete ends it, and deletes the data.\n\n${SANDBOX_OF_ITS_OWN}`
  );
}
