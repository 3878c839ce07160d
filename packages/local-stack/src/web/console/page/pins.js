/** Shows the pinning report: each statement that pinned a session, why, how often, and what to write instead. */
import { byId, element } from './dom.js';
import { counted } from './format.js';

/** What is on the page, so that it is redrawn only when it changes. */
let shown = '';

/** @param {any[]} pins of /api/stack */
export function showPins(pins) {
  const text = JSON.stringify(pins);
  if (text === shown) return;
  shown = text;
  byId('pins-note').textContent =
    pins.length === 0
      ? 'Nothing has pinned a session since the start. That is as it should be: the pool is shared.'
      : `${counted(pins.length, 'statement')} would keep a database connection for one client alone.`;
  byId('pins').replaceChildren(...[...pins].sort((left, right) => right.count - left.count).map(drawPin));
}

function drawPin({ construct, statement, reason, fix, user, database, count }) {
  return element(
    'li',
    { className: 'pin' },
    element(
      'div',
      { className: 'pin-head' },
      element('strong', { textContent: construct }),
      element('span', { className: 'pin-count', textContent: counted(count, 'session') }),
      element('span', { className: 'note', textContent: `${user} in ${database}` }),
    ),
    element('code', { className: 'statement', textContent: statement }),
    element('p', {}, element('b', { textContent: 'Why ' }), reason),
    element('p', {}, element('b', { textContent: 'Instead ' }), ...withCode(fix)),
  );
}

/** What stands between backticks is code. */
function withCode(text) {
  return text.split('`').map((part, index) => (index % 2 === 0 ? part : element('code', { textContent: part })));
}
