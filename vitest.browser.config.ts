import { defineConfig } from 'vitest/config';
import { browser } from './vitest.config.js';

/** `npm run test:browser`: the pages of `npm start`, in Chromium. */
export default defineConfig({ test: { maxWorkers: '100%', projects: [browser] } });
