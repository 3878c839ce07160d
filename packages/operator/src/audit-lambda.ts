/** `vpc-postgres audit`: asks npm's registry for advisories against the packages whose bytes are in Lambda. */
import { CommandError } from './command-error.js';
import { AdvisoriesUnavailableError, type Finding, findAdvisories, remedyOf } from './shipped/advisories.js';
import { purlOf } from './shipped/cyclonedx.js';
import { readShipment } from './shipped/shipment.js';
import { findLockfileFolder } from './shipped/shipped-packages.js';

export interface AuditResult {
  readonly vulnerable: boolean;
  /** To print. */
  readonly report: string;
}

/**
 * @param project the folder of amplify/ and package.json
 * @throws CommandError when the bundles cannot be made or the registry has no answer
 */
export async function auditLambda(project: string): Promise<AuditResult> {
  try {
    const { functions } = await readShipment(project);
    const shipped = functions.flatMap(({ bundled }) => bundled.packages);
    const findings = await findAdvisories(findLockfileFolder(project), shipped);
    if (findings.length > 0) return { vulnerable: true, report: findings.map(describe).join('\n\n') };
    const count = new Set(shipped.map(purlOf)).size;
    const names = functions.map(({ name }) => name).join(' and ');
    return { vulnerable: false, report: `Nothing is known against the ${count} packages in ${names}.` };
  } catch (cause) {
    const { message } = cause as Error;
    if (!(cause instanceof AdvisoriesUnavailableError)) throw new CommandError(message, { cause });
    throw new CommandError(
      `The packages that are shipped were not checked: npm's registry could not be asked: ${message}.\n` +
        'Ask again, or where a mirror has no advisories, with npm_config_registry set to one that has.',
      { cause },
    );
  }
}

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
