/** What npm's registry knows against the packages that are shipped, and against no others. */
import { execFile } from 'node:child_process';
import process from 'node:process';
import type { ShippedPackage } from './shipped-packages.js';

export interface Finding {
  readonly packageName: string;
  /** What is shipped of it. */
  readonly versions: readonly string[];
  readonly title: string;
  /** low, moderate, high or critical. */
  readonly severity: string;
  /** Where it is described. */
  readonly url: string;
  /** The versions that have it, as "<8.23.2". */
  readonly vulnerableVersions: string;
}

/** The registry could not be asked: nothing is known, neither good nor bad. Its address is not in the message. */
export class AdvisoriesUnavailableError extends Error {
  override readonly name = 'AdvisoriesUnavailableError';
}

/** Of `npm audit --json`, the parts that are read here. */
interface AuditReport {
  vulnerabilities: Record<string, { nodes: string[]; via: (string | Advisory)[] }>;
}

interface Advisory {
  name: string;
  title: string;
  severity: string;
  url: string;
  range: string;
}

/** npm's own defaults wait for more than a minute. */
const PATIENCE = ['--fetch-retries=1', '--fetch-retry-mintimeout=500', '--fetch-timeout=30000'];
/** Of a report over 1,700 packages. */
const MAX_REPORT_BYTES = 64 * 1024 * 1024;

/**
 * Asks by npm, which knows the registry, its credentials and the proxy in front of it.
 * @param project Root of the repository, for its package-lock.json and .npmrc.
 * @throws AdvisoriesUnavailableError
 */
export async function findAdvisories(project: string, shipped: readonly ShippedPackage[]): Promise<Finding[]> {
  return findingsOf(await askNpm(project), shipped);
}

/** Of a package that is shipped, and at a place from which it is shipped: a build tool may have another version of it. */
function findingsOf({ vulnerabilities }: AuditReport, shipped: readonly ShippedPackage[]): Finding[] {
  return Object.entries(vulnerabilities).flatMap(([packageName, { nodes, via }]) => {
    const affected = shipped.filter(({ location }) => nodes.includes(location));
    if (affected.length === 0) return [];
    const versions = [...new Set(affected.map(({ version }) => version))];
    // A vulnerability that it has only through a dependency is reported for the dependency, where that is shipped.
    return via.flatMap((advisory) => {
      if (typeof advisory === 'string') return [];
      const { title, severity, url, range } = advisory;
      return [{ packageName, versions, title, severity, url, vulnerableVersions: range }];
    });
  });
}

/** The first version without it, where the range says so. */
export function remedyOf({ packageName, vulnerableVersions }: Finding): string {
  const [, orEqual, version] = /<(=?)\s*([\w.+-]+)\s*$/.exec(vulnerableVersions) ?? [];
  if (version === undefined)
    return `no version is known to be without it; see whether ${packageName} can be done without`;
  return orEqual ? `a version after ${version}` : `${version} or later`;
}

function askNpm(project: string): Promise<AuditReport> {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const args = ['audit', '--json', '--package-lock-only', ...PATIENCE];
  return new Promise((resolve, reject) => {
    execFile(npm, args, { cwd: project, maxBuffer: MAX_REPORT_BYTES }, (error, stdout) => {
      // npm exits 1 for vulnerable packages anywhere, which is no failure here.
      const report = parseReport(stdout);
      if (report !== undefined && 'vulnerabilities' in report) resolve(report as unknown as AuditReport);
      else reject(new AdvisoriesUnavailableError(reasonOf(report, error)));
    });
  });
}

function parseReport(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** npm's own message names the registry: of it, only what kind of failure it was. */
function reasonOf(report: Record<string, unknown> | undefined, error: Error | null): string {
  const { statusCode, message } = report ?? {};
  if (typeof statusCode === 'number') return `it answered HTTP ${statusCode}, and has no advisories`;
  const [code] = /\b(E[A-Z_]{4,}|[A-Z_]*CERT[A-Z_]*)\b/.exec(String(message ?? '')) ?? [];
  const failure = code ?? (error as NodeJS.ErrnoException | null)?.code;
  return failure === undefined ? 'npm audit gave no report' : `npm audit ended with ${failure}`;
}
