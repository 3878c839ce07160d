/**
 * One Lambda environment: loads a bundle, says so, is asked once on a word of its parent, and stays, as Lambda keeps an
 * environment and its connections for the next request.
 */
import process from 'node:process';
import { pathToFileURL } from 'node:url';

const [, , bundle, event] = process.argv;
const { handler } = await import(pathToFileURL(bundle).href);

process.on('message', async () => {
  const startedAt = performance.now();
  const answer = await ask();
  process.send({ ...answer, millis: performance.now() - startedAt });
});
process.on('disconnect', () => process.exit());
process.send('loaded');

async function ask() {
  try {
    const context = { awsRequestId: 'burst', getRemainingTimeInMillis: () => 15_000 };
    const { data, error } = await handler(JSON.parse(event), context);
    return data?.id === undefined ? { error: error?.type ?? 'no row' } : {};
  } catch (error) {
    return { error: error.code ?? error.name };
  }
}
