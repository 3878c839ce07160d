// Runs the bundle that is named on the command line, and tells what it keeps open. Asked by handler-probe.ts.
import { pathToFileURL } from 'node:url';

const { handler } = await import(pathToFileURL(process.argv[2]).href);

process.on('message', async ({ id, event, timeoutMillis }) => {
  const deadline = Date.now() + timeoutMillis;
  const context = { awsRequestId: id, getRemainingTimeInMillis: () => deadline - Date.now() };
  const envelope = event === undefined ? undefined : await handler(event, context);
  process.send({ id, envelope, resources: process.getActiveResourcesInfo() });
});
