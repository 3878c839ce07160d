/** Runs `vpc-postgres` with the arguments of this process, as bin/vpc-postgres.mjs does. */
import process from 'node:process';
import { runCommandLine } from '../src/cli.js';

await runCommandLine(process.argv.slice(2));
