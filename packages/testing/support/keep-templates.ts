/**
 * Leaves templates for a linter that is no part of `npm test`: TEMPLATES_DIR=templates npm test, and then
 * npx vpc-postgres lint-templates 'templates/*.json'. Without the variable nothing is kept.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import type { Synthesis } from './cloud-assembly.js';

/** The stacks that are ours, or to which we add: Amplify's others are the same in every deployment. */
const OUR_STACKS = ['networkAndDatabase', 'function', 'monitoring', 'SQLApiStack'];

export function keepTemplates({ files }: Synthesis): void {
  const directory = process.env.TEMPLATES_DIR;
  if (directory === undefined) return;
  mkdirSync(directory, { recursive: true });
  for (const [name, text] of files) {
    const stack = OUR_STACKS.find((candidate) => name.includes(candidate));
    if (stack === undefined) continue;
    // Many combinations share a template: one copy of each.
    const content = createHash('sha256').update(text).digest('hex').slice(0, 12);
    writeFileSync(join(directory, `${stack}-${content}.template.json`), text);
  }
}
