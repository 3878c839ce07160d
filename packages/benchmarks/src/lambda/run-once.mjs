/** Runs in a process of its own: imports a bundle, asks its handler once, and prints milliseconds since the process began. */
import process from 'node:process';
import { pathToFileURL } from 'node:url';

const [, , bundle, event] = process.argv;
// Since the process began; `performance` would have to be loaded first.
const millis = () => process.uptime() * 1_000;
const startedMillis = millis();
const { handler } = await import(pathToFileURL(bundle).href);
const importedMillis = millis();
const answer = await handler(JSON.parse(event), { awsRequestId: 'cold', getRemainingTimeInMillis: () => 15_000 });
const firstRowMillis = millis();
process.stdout.write(`\n${JSON.stringify({ startedMillis, importedMillis, firstRowMillis, answer })}\n`, () =>
  process.exit(),
);
