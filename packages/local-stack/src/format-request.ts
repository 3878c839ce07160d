/** One line for each GraphQL request: who asked for what, how it ended, and where the time went. Never arguments. */
import type { RequestRecord } from './appsync/endpoint.js';
import type { InvocationTrace } from './request-traces.js';

/** Waits for the functions' own log lines, which come a moment after the answer. */
export async function formatRequest(
  { operation, username, status, errorTypes, millis }: RequestRecord,
  invocations: readonly InvocationTrace[],
  now: Date,
): Promise<string> {
  const hops = await Promise.all(invocations.map(renderHops));
  return [
    now.toTimeString().slice(0, 8),
    (operation || '-').padEnd(12),
    (username ?? '-').padEnd(6),
    String(status),
    `${millis.toFixed(1).padStart(7)} ms`,
    ...(errorTypes.length > 0 ? [errorTypes.join(', ')] : []),
    ...hops,
  ].join('  ');
}

async function renderHops({ millis, initMillis, log }: InvocationTrace): Promise<string> {
  const record = await log;
  const cold = initMillis === undefined ? '' : ` (cold start ${initMillis.toFixed(0)} ms)`;
  const lambda = `Lambda ${millis.toFixed(1)} ms${cold}`;
  if (record === undefined || record.connection === 'none') return lambda;
  const connection =
    record.connection === 'new' ? `new connection ${record.connectMillis.toFixed(1)} ms` : 'connection reused';
  return `${lambda}  ${connection}  query ${record.queryMillis.toFixed(1)} ms  rows ${record.rows}`;
}
