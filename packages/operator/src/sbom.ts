/** `vpc-postgres sbom`: the software bill of materials of what runs in Lambda. */
import { writeFileSync } from 'node:fs';
import { CommandError } from './command-error.js';
import { createBillOfMaterials } from './shipped/cyclonedx.js';
import { readShipment } from './shipped/shipment.js';
import { readSourceDate } from './shipped/source-date.js';

export interface SbomOptions {
  /** @default - standard output */
  readonly out?: string | undefined;
  /** Of the environment: SOURCE_DATE_EPOCH. */
  readonly sourceDateEpoch: string | undefined;
}

/**
 * @param project the folder of amplify/ and package.json
 * @throws CommandError when a function cannot be bundled or the file cannot be written
 */
export async function writeBillOfMaterials(project: string, { out, sourceDateEpoch }: SbomOptions): Promise<void> {
  try {
    const timestamp = readSourceDate(sourceDateEpoch);
    const bill = createBillOfMaterials({ ...(await readShipment(project)), timestamp });
    const text = `${JSON.stringify(bill, null, 2)}\n`;
    if (out === undefined) process.stdout.write(text);
    else writeFileSync(out, text);
  } catch (cause) {
    throw new CommandError((cause as Error).message, { cause });
  }
}
