/** `npm run sbom`: the software bill of materials of what runs in Lambda. */
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { createBillOfMaterials } from './shipped/cyclonedx.js';
import { readShipment } from './shipped/shipment.js';
import { readSourceDate } from './shipped/source-date.js';

const USAGE = `Usage: npm run -s sbom -- [--out FILE]

Bundles the functions of amplify/functions as they are deployed, and prints a bill of materials in CycloneDX 1.6: each
bundle with its SHA-256, and the npm packages whose bytes are in it, with version, licence and hash. Needs no network.
The same code gives the same bytes. With SOURCE_DATE_EPOCH, seconds since 1970, it also has a time.

  --out FILE   writes it there
  --help       shows this text`;

/** npm runs a script in the folder of package.json. */
const PROJECT = process.cwd();

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { out: { type: 'string' }, help: { type: 'boolean', short: 'h' } } });
  if (values.help) return console.log(USAGE);

  const timestamp = readSourceDate(process.env.SOURCE_DATE_EPOCH);
  const bill = createBillOfMaterials({ ...(await readShipment(PROJECT)), timestamp });
  const text = `${JSON.stringify(bill, null, 2)}\n`;
  if (values.out === undefined) process.stdout.write(text);
  else writeFileSync(values.out, text);
}

try {
  await main();
} catch (error) {
  console.error(`${(error as Error).message}\nSee: npm run -s sbom -- --help`);
  process.exitCode = 1;
}
