/** How much memory a process has used at most, as Lambda's REPORT line tells it. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/**
 * The largest resident set of a process so far, in MB, rounded up; without /proc, on macOS, the present one.
 * Undefined when the process has ended.
 */
export function maxMemoryUsedMB(processId: number): number | undefined {
  const kilobytes = existsSync('/proc/self/status') ? peakOfLinux(processId) : presentOfPs(processId);
  return kilobytes === undefined ? undefined : Math.ceil(kilobytes / 1024);
}

function peakOfLinux(processId: number): number | undefined {
  try {
    return parseKilobytes(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${processId}/status`, 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}

function presentOfPs(processId: number): number | undefined {
  try {
    return parseKilobytes(execFileSync('ps', ['-o', 'rss=', '-p', String(processId)], { encoding: 'utf8' }).trim());
  } catch {
    return undefined;
  }
}

function parseKilobytes(text: string | undefined): number | undefined {
  return text === undefined || text === '' ? undefined : Number(text);
}
