/** Owns which figures each station of the path shows. */
import { count, duration } from './format.js';

/**
 * @typedef {{ label: string, value: string, isBad?: boolean, filled?: number }} Figure `filled` is a share of what is allowed
 * @typedef {{ title?: string, figures: Figure[] }} Group
 *
 * @param {any} figures of /api/stack
 * @returns {Record<string, Group[]>} by station
 */
export function figuresOf({ appSync, functions, proxy, pins }) {
  const names = Object.keys(functions);
  return {
    appsync: [
      {
        figures: [
          { label: 'Requests', value: count(appSync.requests) },
          { label: 'p50', value: duration(appSync.p50Millis) },
          problem('Errors', appSync.errors),
        ],
      },
    ],
    lambda: names.map((name) => ({
      figures: figuresOfFunction(functions[name]),
      ...(names.length > 1 && { title: name }),
    })),
    proxy: [{ figures: figuresOfProxy(proxy, pins) }],
    postgres: [
      {
        figures: [
          { label: 'Transactions', value: count(proxy.transactions.count) },
          { label: 'p50', value: duration(proxy.transactions.count === 0 ? undefined : proxy.transactions.millis.p50) },
          problem('Errors', proxy.databaseErrors),
        ],
      },
    ],
  };
}

function figuresOfFunction({ environments, busyEnvironments, maxEnvironments, waiting, coldStarts, ...figures }) {
  return [
    { label: 'Invocations', value: count(figures.invocations) },
    { label: 'p50', value: duration(figures.p50Millis) },
    { label: 'Environments', value: `${environments} of ${maxEnvironments}`, filled: environments / maxEnvironments },
    { label: 'Busy', value: count(busyEnvironments), filled: busyEnvironments / maxEnvironments },
    { label: 'Cold starts', value: count(coldStarts) },
    problem('Errors', figures.errors),
    ...(waiting > 0 ? [problem('Waiting', waiting)] : []),
  ];
}

function figuresOfProxy({ clientConnections, databaseConnections }, pins) {
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

/** A figure that ought to be 0. */
function problem(label, number) {
  return { label, value: count(number), isBad: number > 0 };
}
