import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  // The page works below any path: / in Amplify Hosting, /app/ of npm start.
  base: './',
  build: {
    rolldownOptions: {
      // What differs between two deployments is one file: the rest is cached by browsers across them.
      output: { codeSplitting: { groups: [{ name: 'amplify_outputs', test: /amplify_outputs\.json$/ }] } },
    },
  },
});
