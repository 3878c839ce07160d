/** `npm run pack -w @vpc-postgres/testing -- DIR`: writes the tarball of each package that could be published. */
import { mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { packPackages } from './pack-packages.js';

const [directory] = process.argv.slice(2);
if (directory === undefined) {
  console.error('Usage: npm run pack -w @vpc-postgres/testing -- DIR   (a new or empty folder)');
  process.exit(2);
}
// npm runs a script of a package in its folder; DIR is meant from where npm was started.
const out = resolve(process.env.INIT_CWD ?? '.', directory);
mkdirSync(out, { recursive: true });
if (readdirSync(out).length > 0) {
  console.error(`${out} is not empty. Choose a new or empty folder.`);
  process.exit(2);
}
for (const tarball of packPackages(join(import.meta.dirname, '../../..'), out)) console.log(tarball);
