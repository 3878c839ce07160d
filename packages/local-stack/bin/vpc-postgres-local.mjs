#!/usr/bin/env node
// Runs a command of the local stack: from TypeScript in a clone, from JavaScript in a published package. tsx is registered in
// both, because local.config.ts of the project is TypeScript.
import { existsSync } from 'node:fs';
import { register } from 'tsx/esm/api';

const COMMANDS = {
  start: 'start',
  'user-token': 'cognito/user-token',
  'migrate-check': 'migrate-check',
  'database-types': 'database-types/command',
};
const USAGE = `Usage: vpc-postgres-local COMMAND [options]

  start            runs the backend on this machine, without AWS
  user-token       prints an access token of the local user pool
  migrate-check    applies every migration to an empty PostgreSQL, and lints them
  database-types   writes the row types of the migrations' tables, for TypeScript

npx vpc-postgres-local COMMAND --help has a command's options. Run it in the folder that holds amplify/.`;

const [name] = process.argv.splice(2, 1);
if (name === '--help' || name === '-h') {
  console.log(USAGE);
} else if (name === undefined || !Object.hasOwn(COMMANDS, name)) {
  console.error(`${name === undefined ? 'A command is missing.' : `Unknown command "${name}".`}\n\n${USAGE}`);
  process.exitCode = 2;
} else {
  register();
  const compiled = new URL(`../dist/${COMMANDS[name]}.js`, import.meta.url);
  await import(existsSync(compiled) ? compiled.href : `../src/${COMMANDS[name]}.ts`);
}
