/** Lists the last requests, one line each, and shows the details of the selected one. */
import { byId, element } from './dom.js';
import { clock, duration, median } from './format.js';
import { showDetails } from './request-details.js';
import { describeSpans, drawSpans, SPAN_NAMES, spansOf } from './spans.js';

/** A request that is longer than so many usual ones is cut off, or nothing would be seen of the others. */
const SCALE_OF_MEDIAN = 4;

/** @type {Map<number, { trace: any, row: HTMLElement, input: HTMLInputElement }>} by id */
const shown = new Map();
let scaleMillis = 0;

byId('legend').replaceChildren(
  ...Object.entries(SPAN_NAMES).map(([kind, label]) =>
    element('li', {}, element('span', { className: `swatch ${kind}`, ariaHidden: 'true' }), label),
  ),
);

/** @param {any[]} requests of /api/stack, the newest first */
export function showRequests(requests) {
  const ids = new Set(requests.map(({ id }) => id));
  for (const [id, { row }] of shown) {
    if (ids.has(id)) continue;
    row.remove();
    shown.delete(id);
  }
  // Rows that are there stay as they are, with the focus that one of them may have.
  for (const trace of requests.toReversed()) if (!shown.has(trace.id)) addRow(trace);
  byId('requests').hidden = shown.size === 0;
  byId('no-requests').hidden = shown.size > 0;
  fitScale();
}

/** For a stack that was started anew. */
export function forgetRequests() {
  showRequests([]);
  byId('details').replaceChildren();
}

/** @param {number} id */
export function selectRequest(id) {
  const entry = shown.get(id);
  if (entry === undefined) return;
  entry.input.checked = true;
  scrollTo(entry.row);
  showDetails(entry.trace);
}

/** Within the list alone: scrollIntoView would move the page, too, away from the query that was just run. */
function scrollTo(row) {
  const list = byId('requests');
  const [inner, outer] = [row.getBoundingClientRect(), list.getBoundingClientRect()];
  list.scrollTop += Math.min(0, inner.top - outer.top) + Math.max(0, inner.bottom - outer.bottom);
}

function addRow(trace) {
  const input = element('input', { type: 'radio', name: 'request', value: String(trace.id) });
  const failed = trace.errorTypes.length > 0;
  const row = element(
    'label',
    { className: failed ? 'request failed' : 'request' },
    input,
    element('span', { className: 'when', textContent: clock(trace.startedAt) }),
    element('span', { className: 'what', textContent: trace.operation || '(unreadable)' }),
    element('span', { className: 'whose', textContent: trace.username ?? 'nobody' }),
    element('span', { className: 'bar' }),
    element('span', { className: 'took', textContent: duration(trace.millis) }),
    ...(failed ? [element('span', { className: 'visually-hidden', textContent: trace.errorTypes.join(', ') })] : []),
  );
  row.title = describeSpans(spansOf(trace));
  input.setAttribute('aria-description', row.title);
  input.addEventListener('change', () => showDetails(trace));
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') selectRequest(trace.id);
  });
  shown.set(trace.id, { trace, row, input });
  // A log line may come late, and so a request after a younger one.
  const older = [...shown.keys()].filter((id) => id < trace.id);
  const next = older.length === 0 ? null : shown.get(Math.max(...older)).row;
  byId('requests').insertBefore(row, next);
  drawBar(shown.get(trace.id));
}

function fitScale() {
  const millis = [...shown.values()].map(({ trace }) => trace.millis);
  const fitting = Math.min(Math.max(0, ...millis), SCALE_OF_MEDIAN * (median(millis) ?? 0));
  // Small changes would only make the list restless.
  if (Math.abs(fitting - scaleMillis) < scaleMillis / 4) return;
  scaleMillis = fitting;
  for (const entry of shown.values()) drawBar(entry);
}

function drawBar({ trace, row }) {
  if (scaleMillis === 0) return;
  const bar = row.querySelector('.bar');
  bar.replaceChildren(drawSpans(spansOf(trace), scaleMillis));
  bar.classList.toggle('cut', trace.millis > scaleMillis);
}
