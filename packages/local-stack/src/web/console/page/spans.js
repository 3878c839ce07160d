/** Computes the spans of one request and draws them on one line. */
import { element } from './dom.js';
import { duration } from './format.js';

/** In the order of the path. The names are those of the classes that colour them. */
export const SPAN_NAMES = /** @type {const} */ ({
  appsync: 'AppSync',
  wait: 'Wait for an environment',
  init: 'Cold start',
  lambda: 'Lambda',
  connect: 'Connect to the proxy',
  query: 'Query',
});

/** A shorter wait is the emulator's own work. */
const WAIT_SHOWN_MILLIS = 5;

/**
 * @typedef {{ kind: keyof typeof SPAN_NAMES, label: string, startMillis: number, millis: number }} Span
 *
 * What follows in the list is drawn over what comes before it, and lies within it. When connecting and querying began is not
 * measured: they are drawn one after the other, from the begin of the invocation.
 *
 * @param {any} trace one of `requests` of /api/stack
 * @returns {Span[]}
 */
export function spansOf({ millis, invocations }) {
  return [
    { kind: 'appsync', label: SPAN_NAMES.appsync, startMillis: 0, millis },
    ...invocations.flatMap((invocation) => spansOfInvocation(invocation)),
  ];
}

function spansOfInvocation({ fieldName, startMillis, totalMillis, initMillis = 0, millis, database }) {
  const waitedMillis = totalMillis - millis;
  const invokedMillis = startMillis + waitedMillis;
  // An environment that was started ahead of the request has done part of its INIT phase by then.
  const initWaitedMillis = Math.min(initMillis, waitedMillis);
  const queuedMillis = waitedMillis - initWaitedMillis;
  const spans = [{ kind: 'lambda', label: `${SPAN_NAMES.lambda}: ${fieldName}`, startMillis: invokedMillis, millis }];
  if (initWaitedMillis > 0) {
    spans.unshift({
      kind: 'init',
      label: SPAN_NAMES.init,
      startMillis: invokedMillis - initWaitedMillis,
      millis: initWaitedMillis,
    });
  }
  if (queuedMillis > WAIT_SHOWN_MILLIS) {
    spans.unshift({ kind: 'wait', label: SPAN_NAMES.wait, startMillis, millis: queuedMillis });
  }
  return [...spans, ...spansOfDatabase(database, invokedMillis)];
}

function spansOfDatabase(database, startMillis) {
  if (database === undefined || database.connection === 'none') return [];
  const { connection, connectMillis, queryMillis } = database;
  const query = {
    kind: 'query',
    label: SPAN_NAMES.query,
    startMillis: startMillis + connectMillis,
    millis: queryMillis,
  };
  return connection === 'new'
    ? [{ kind: 'connect', label: SPAN_NAMES.connect, startMillis, millis: connectMillis }, query]
    : [query];
}

/**
 * Spans over each other on one line. For the eye alone: whoever draws it says the same in words.
 *
 * @param {readonly Span[]} spans
 * @param {number} scaleMillis what the whole width stands for; what is longer is cut off
 */
export function drawSpans(spans, scaleMillis) {
  const bars = spans.map(({ kind, startMillis, millis }) => {
    const bar = element('span', { className: `span ${kind}` });
    bar.style.left = `${(100 * startMillis) / scaleMillis}%`;
    bar.style.width = `${(100 * millis) / scaleMillis}%`;
    return bar;
  });
  return element('span', { className: 'track', ariaHidden: 'true' }, ...bars);
}

/** @param {readonly Span[]} spans @returns {string} `AppSync 9.9 ms, Lambda: getOrder 7.0 ms, …` */
export function describeSpans(spans) {
  return spans.map(({ label, millis }) => `${label} ${duration(millis)}`).join(', ');
}
