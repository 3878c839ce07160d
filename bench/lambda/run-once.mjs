/** Runs in a process of its own: imports a bundle, asks its handler once, and prints milliseconds since the process began. */
import { pathToFileURL } from 'node:url';

const [, , bundle, event] = process.argv;
const startedMillis = performance.now();
const { handler } = await import(pathToFileURL(bundle).href);
const importedMillis = performance.now();
const answer = await handler(JSON.parse(event), { awsRequestId: 'cold', getRemainingTimeInMillis: () => 15_000 });
const firstRowMillis = performance.now();
process.stdout.write(`\n${JSON.stringify({ startedMillis, importedMillis, firstRowMillis, answer })}\n`, () =>
  process.exit(),
);
