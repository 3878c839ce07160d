/** Synthesizes once what most tests ask for: what `npm run synth -- --environment example` writes, bundled. */
import type { Synthesis } from './cloud-assembly.js';
import { branch, synthesize } from './synthesize.js';

/** Modules are loaded anew for each synthesis, this one too. */
const shared: typeof globalThis & { exampleSynthesis?: Promise<Synthesis> } = globalThis;

/** Made once for all test files that a worker runs. */
export function synthesizeExample(): Promise<Synthesis> {
  shared.exampleSynthesis ??= synthesize(branch('example'));
  return shared.exampleSynthesis;
}
