/** Selects the metrics that each node of the path shows, and those of a function that is alone in its node. */
import { count, duration } from './format.js';

/**
 * @typedef {{ label: string, value: string, isBad?: boolean, filled?: number }} Metric `filled` is a share of what is allowed
 * @typedef {{ metrics: Metric[] }} Group
 *
 * @param {any} metrics of /api/stack
 * @returns {Record<string, Group[]>} by node
 */
export function metricsOf({ appSync, proxy, pins }) {
  return {
    appsync: [
      {
        metrics: [
          { label: 'Requests', value: count(appSync.requests) },
          { label: 'p50', value: duration(appSync.p50Millis) },
          problem('Errors', appSync.errors),
        ],
      },
    ],
    proxy: [{ metrics: metricsOfProxy(proxy, pins) }],
    postgres: [
      {
        metrics: [
          { label: 'Transactions', value: count(proxy.transactions.count) },
          { label: 'p50', value: duration(proxy.transactions.count === 0 ? undefined : proxy.transactions.millis.p50) },
          problem('Errors', proxy.databaseErrors),
        ],
      },
    ],
  };
}

/** @returns {Metric[]} */
export function metricsOfFunction({
  environments,
  busyEnvironments,
  maxEnvironments,
  waiting,
  coldStarts,
  ...metrics
}) {
  return [
    { label: 'Invocations', value: count(metrics.invocations) },
    { label: 'p50', value: duration(metrics.p50Millis) },
    problem('Errors', metrics.errors),
    { label: 'Environments', value: `${environments} of ${maxEnvironments}`, filled: environments / maxEnvironments },
    { label: 'Busy', value: count(busyEnvironments), filled: busyEnvironments / maxEnvironments },
    { label: 'Cold starts', value: count(coldStarts) },
    ...(waiting > 0 ? [problem('Waiting', waiting)] : []),
  ];
}

function metricsOfProxy({ clientConnections, databaseConnections }, pins) {
  const { allowed, open, borrowed, waiting, timedOut } = databaseConnections;
  return [
    { label: 'Connections', value: `${open} of ${allowed}`, filled: open / allowed },
    { label: 'In use', value: count(borrowed), filled: borrowed / allowed },
    { label: 'Clients', value: count(clientConnections.open) },
    problem('Waiting', waiting),
    problem('Pinned now', clientConnections.pinned),
    problem('Pins found', pins.length),
    problem('Refused', clientConnections.refused),
    problem('Timed out', timedOut),
  ];
}

/** A metric that ought to be 0. */
function problem(label, number) {
  return { label, value: count(number), isBad: number > 0 };
}
