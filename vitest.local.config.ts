import { defineConfig } from 'vitest/config';
import { localProjects } from './vitest.config.js';

/** `npm run test:local`: what the local stack is made of, and its pages in Chromium. */
export default defineConfig({ test: { projects: localProjects } });
