/**
 * What `npm start` serves beside amplify/: the migrations, who may sign in, and the samples of each domain: what the pages
 * offer to run, what a new data folder holds, and what `npm start -- --once` sends.
 */
import { join } from 'node:path';
import { combineSamples, type LocalApp } from '@vpc-postgres/local-stack/local-app.js';
import { environments } from './amplify/environments.js';
import { ordersSamples } from './src/orders/samples.js';

export const localApp = {
  projectDirectory: import.meta.dirname,
  migrationsFolder: join(import.meta.dirname, 'src/migrations'),
  environments,
  users: [
    { username: 'alice', groups: [] },
    { username: 'bob', groups: [] },
    { username: 'carol', groups: ['admins'] },
  ],
  ...combineSamples([ordersSamples]),
} satisfies LocalApp;
