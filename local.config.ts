/**
 * The app, as `npm start` serves it: its schema, functions and migrations, who may sign in, and the samples of each domain:
 * what the pages offer to run, what a new data folder holds, and what `npm start -- --once` sends.
 */
import { join } from 'node:path';
import { combineSamples, type LocalApp } from '@vpc-postgres/local-stack/local-app.js';
import { schema } from './amplify/data/schema.js';
import { environments } from './amplify/environments.js';
import { ordersSamples } from './src/orders/samples.js';

export const localApp = {
  projectDirectory: import.meta.dirname,
  schema,
  migrationsFolder: join(import.meta.dirname, 'src/migrations'),
  functionLimits: { timeoutSeconds: 15, memoryMB: 1024 },
  environments,
  users: [
    { username: 'alice', groups: [] },
    { username: 'bob', groups: [] },
    { username: 'carol', groups: ['admins'] },
  ],
  ...combineSamples([ordersSamples]),
} satisfies LocalApp;
