/** The peers: real packages, installed for the benchmark only. Each is one file in packages/benchmarks/src/peers that serves getOrder. */
import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const PEERS_FOLDER = join(import.meta.dirname, 'peers');

/** By the name that the table gives them. */
const PEERS = {
  'pg + rds-signer': 'docs-way.ts',
  'postgres.js': 'postgres-js.ts',
  Middy: 'middy.ts',
  Kysely: 'kysely.ts',
  Drizzle: 'drizzle.ts',
  Prisma: 'prisma.ts',
} as const;
export type Peer = keyof typeof PEERS;
export const PEER_NAMES = Object.keys(PEERS) as Peer[];
/** Their handlers: paths from the project's root. */
export const PEER_ENTRIES = Object.fromEntries(
  PEER_NAMES.map((name) => [name, `packages/benchmarks/src/peers/${PEERS[name]}`]),
) as Record<Peer, string>;

const INSTALL = 'npm ci --prefix packages/benchmarks/src/peers --ignore-scripts';

/**
 * Makes what has to be generated before the peers can be bundled.
 * @returns why they cannot be measured, or undefined
 */
export async function preparePeers(): Promise<string | undefined> {
  const prisma = join(PEERS_FOLDER, 'node_modules/prisma/build/index.js');
  try {
    await access(prisma);
  } catch {
    return `the peers are not installed: ${INSTALL}`;
  }
  await promisify(execFile)(process.execPath, [prisma, 'generate', '--schema', 'schema.prisma'], {
    cwd: PEERS_FOLDER,
    // A program of that name keeps Prisma from downloading one of its own, which generating does not run.
    env: { PATH: process.env.PATH, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' },
  });
  return undefined;
}
