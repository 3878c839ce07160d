#!/usr/bin/env node
// Synthesizes: from TypeScript in a clone, from JavaScript in a published package. tsx is registered in both, because
// amplify/backend.ts of the project is TypeScript.
import { existsSync } from 'node:fs';
import { register } from 'tsx/esm/api';

register();
const compiled = new URL('../dist/synth/synth.js', import.meta.url);
await import(existsSync(compiled) ? compiled.href : '../src/synth/synth.ts');
