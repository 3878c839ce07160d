/** Shows the functions of a node as a table, with a line for each. */
import { element } from './dom.js';
import { count, counted, duration } from './format.js';

/**
 * A table that is there already stays, and is scrolled as it was: only its rows are new.
 *
 * @param {HTMLElement} place
 * @param {[string, any][]} functions by name, as /api/stack has them
 */
export function showTable(place, functions) {
  const rows = functions.map(([name, state]) => drawRow(name, state));
  const body = place.querySelector('tbody');
  if (body) {
    body.replaceChildren(...rows);
    return;
  }
  const headings = ['Function', 'Calls', 'p50', 'Errors'];
  const table = element(
    'table',
    {},
    element(
      'thead',
      {},
      element('tr', {}, ...headings.map((textContent) => element('th', { textContent, scope: 'col' }))),
    ),
    element('tbody', {}, ...rows),
  );
  // Many functions are scrolled, with the keyboard too.
  const frame = element('div', { className: 'functions', tabIndex: 0, role: 'group', ariaLabel: 'Functions' }, table);
  place.replaceChildren(frame);
}

/** What has no column is said when the mouse rests on the line. */
function drawRow(name, { invocations, p50Millis, busyEnvironments, environments, maxEnvironments, ...state }) {
  const { waiting, coldStarts, errors } = state;
  const rest = [
    `${environments} of ${maxEnvironments} environments`,
    `${busyEnvironments} busy`,
    counted(coldStarts, 'cold start'),
    ...(waiting > 0 ? [`${count(waiting)} waiting`] : []),
  ];
  return element(
    'tr',
    { title: `${name}: ${rest.join(', ')}` },
    element('th', { textContent: name, scope: 'row' }),
    element('td', { className: waiting > 0 ? 'bad' : '', textContent: count(invocations) }),
    element('td', { textContent: duration(p50Millis) }),
    element('td', { className: errors > 0 ? 'bad' : '', textContent: count(errors) }),
  );
}
