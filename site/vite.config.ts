/** Builds the page into dist/, with the amplify_outputs.json that a deployment or `npm start` wrote into the root beside it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const OUTPUTS = join(import.meta.dirname, '../amplify_outputs.json');

/** Read by the page when it loads: a build talks to another backend when this one file is another. */
const amplifyOutputs: Plugin = {
  name: 'amplify-outputs',
  generateBundle() {
    if (!existsSync(OUTPUTS)) {
      this.error(`There is no ${OUTPUTS}. \`npm start\`, \`npx ampx sandbox\` or a deployment writes it.`);
    }
    this.emitFile({ type: 'asset', fileName: 'amplify_outputs.json', source: readFileSync(OUTPUTS) });
  },
};

export default defineConfig({
  // Works below any path.
  base: './',
  plugins: [react(), amplifyOutputs],
});
