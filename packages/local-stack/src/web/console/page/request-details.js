/** Shows the details of one request: user, time, outcome, and each span with its start, duration and bar. */
import { byId, element } from './dom.js';
import { clock, counted, duration } from './format.js';
import { drawSpans, spansOf } from './spans.js';

/** @param {any} trace one of `requests` of /api/stack */
export function showDetails(trace) {
  const { id, startedAt, operation, username, status, errorTypes, millis, requestId } = trace;
  byId('details').replaceChildren(
    element('h3', { textContent: `Request ${id}: ${operation || 'unreadable'}` }),
    element('p', {
      className: 'note',
      textContent: `At ${clock(startedAt)} as ${username ?? 'nobody known'}, status ${status}, ${duration(millis)}.`,
    }),
    ...(errorTypes.length > 0 ? [element('p', { className: 'failed', textContent: errorTypes.join(', ') })] : []),
    spansTable(trace),
    ...trace.invocations.flatMap((invocation) => describeInvocation(invocation)),
    element('p', { className: 'note' }, 'x-amzn-requestid ', element('code', { textContent: requestId })),
  );
}

function spansTable(trace) {
  const heading = ['Span', 'Begins', 'Takes', ''].map((textContent) => element('th', { textContent, scope: 'col' }));
  const rows = spansOf(trace).map((span) =>
    element(
      'tr',
      {},
      element(
        'th',
        { scope: 'row' },
        element('span', { className: `swatch ${span.kind}`, ariaHidden: 'true' }),
        span.label,
      ),
      element('td', { textContent: `+${duration(span.startMillis)}` }),
      element('td', { textContent: duration(span.millis) }),
      element('td', { className: 'bar-cell' }, drawSpans([span], trace.millis)),
    ),
  );
  return element('table', {}, element('thead', {}, element('tr', {}, ...heading)), element('tbody', {}, ...rows));
}

function describeInvocation({ functionName, fieldName, errorType, database }) {
  const ended = errorType === undefined ? '' : ` ended with ${errorType}`;
  const connected = {
    new: 'opened a connection',
    reused: 'reused its connection',
    none: 'needed no connection',
  }[database?.connection];
  const did = connected === undefined ? '' : ` ${connected}, ${counted(database.rows, 'row')}`;
  if (ended === '' && did === '') return [];
  return [element('p', { className: 'note', textContent: `${functionName} for ${fieldName}${ended}${did}.` })];
}
