/** One synthesis, in a process of its own: `full` is amplify/backend.ts, `plain` the backend without network and database. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { synthesizeBackend } from '@vpc-postgres/backend/synth/synthesize-backend.js';

const BACKENDS = { full: '../../../testing/app/amplify/backend.ts', plain: './plain-backend.ts' };

const [, , name] = process.argv;
if (name !== 'full' && name !== 'plain')
  throw new Error(`Which backend? Got ${JSON.stringify(name)}, not full or plain.`);

const out = mkdtempSync(join(tmpdir(), 'bench-synth-'));
try {
  const load = () => import(new URL(BACKENDS[name], import.meta.url).href);
  await synthesizeBackend(load, { type: 'branch', namespace: 'app', name: 'example' }, out);
} finally {
  rmSync(out, { recursive: true });
}
