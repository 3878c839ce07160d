/** `npm run audit:lambda`: is anything known against the packages whose bytes are in Lambda? */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { AdvisoriesUnavailableError, type Finding, findAdvisories, remedyOf } from './shipped/advisories.js';
import { purlOf } from './shipped/cyclonedx.js';
import { readShipment } from './shipped/shipment.js';
import { findLockfileFolder } from './shipped/shipped-packages.js';

const USAGE = `Usage: npm run -s audit:lambda

Bundles the functions as they are deployed, and asks npm's registry for advisories against the packages whose bytes are in
the bundles: what only builds or tests is left out.

  exit code 0   nothing is known
  exit code 1   an advisory, or the bundles could not be made
  exit code 2   the registry could not be asked, or has no advisories: nothing is known either way

  --help        shows this text`;

/** npm runs a script in the folder of package.json. */
const PROJECT = process.cwd();
const EXIT_VULNERABLE = 1;
const EXIT_UNKNOWN = 2;

function describe(finding: Finding): string {
  const { packageName, versions, title, severity, url, vulnerableVersions } = finding;
  return [
    `${packageName} ${versions.join(', ')} is shipped, and has a known vulnerability.`,
    `  advisory  ${title}`,
    `            ${url}`,
    `  severity  ${severity}`,
    `  versions  ${vulnerableVersions}`,
    `  fix       ${remedyOf(finding)}`,
  ].join('\n');
}

async function main(): Promise<void> {
  if (parseArgs({ options: { help: { type: 'boolean', short: 'h' } } }).values.help) return console.log(USAGE);

  const { functions } = await readShipment(PROJECT);
  const shipped = functions.flatMap(({ bundled }) => bundled.packages);
  const findings = await findAdvisories(findLockfileFolder(PROJECT), shipped);
  if (findings.length > 0) {
    console.error(findings.map(describe).join('\n\n'));
    process.exitCode = EXIT_VULNERABLE;
    return;
  }
  const count = new Set(shipped.map(purlOf)).size;
  console.log(`Nothing is known against the ${count} packages in ${functions.map(({ name }) => name).join(' and ')}.`);
}

try {
  await main();
} catch (error) {
  const { message } = error as Error;
  if (error instanceof AdvisoriesUnavailableError) {
    console.error(`The packages that are shipped were not checked: npm's registry could not be asked: ${message}.`);
    console.error('Ask again, or where a mirror has no advisories, with npm_config_registry set to one that has.');
    process.exitCode = EXIT_UNKNOWN;
  } else {
    console.error(`${message}\nSee: npm run -s audit:lambda -- --help`);
    process.exitCode = 1;
  }
}
