#!/usr/bin/env node
// Starts the command line: from TypeScript in a clone, from JavaScript in a published package. tsx is registered in both,
// because the commands load the project's amplify/environments.ts.
import { existsSync } from 'node:fs';
import { register } from 'tsx/esm/api';

register();
const compiled = new URL('../dist/cli.js', import.meta.url);
const { runCommandLine } = await import(existsSync(compiled) ? compiled.href : '../src/cli.ts');
await runCommandLine(process.argv.slice(2));
