/** `npm run remove:local`: deletes the local stack, its tests, its documents and its packages, in one step. */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { PACKAGES, PATHS, SCRIPTS } from './local-stack-parts.js';

const USAGE = `Usage: npm run remove:local [-- --dry-run]

Deletes the local stack: these files, scripts and packages. Commit first: git is the way back.

  --dry-run   lists them and deletes nothing
  --help      shows this text`;

const { values } = parseArgs({ options: { 'dry-run': { type: 'boolean' }, help: { type: 'boolean' } } });

if (values.help) {
  console.log(USAGE);
} else if (values['dry-run']) {
  console.log([...PATHS, ...SCRIPTS.map((name) => `npm run ${name}`), ...PACKAGES].join('\n'));
} else {
  for (const path of PATHS) rmSync(path, { recursive: true });
  npm('pkg', 'delete', ...SCRIPTS.map((name) => `scripts.${name}`));
  npm('uninstall', '--ignore-scripts', ...PACKAGES);
  // The lockfile that `npm uninstall` leaves is one that `npm ci` refuses (docs/troubleshooting.md).
  npm('install', '--package-lock-only', '--ignore-scripts');
  console.log('The local stack is gone. npm run check && npm test tells whether anything needed it.');
}

function npm(...args: readonly string[]): void {
  execFileSync(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, { stdio: 'inherit' });
}
