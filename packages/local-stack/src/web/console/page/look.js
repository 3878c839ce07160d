/** Shows a look from inside: what each function sees on its way to the database, hop by hop, and which hop is to blame. */
import { explainFailure, lookFromInside } from './api.js';
import { busyWhile, byId, element } from './dom.js';
import { duration } from './format.js';

const MARKS = { ok: 'ok', failed: 'failed', skipped: 'not tried' };

export function initializeLook() {
  const button = byId('look');
  button.onclick = () =>
    busyWhile(button, async () => {
      byId('look-note').textContent = 'Looking …';
      try {
        const { functions } = await lookFromInside();
        byId('look-note').textContent = describe(functions);
        byId('looks').replaceChildren(...functions.map(drawFunction));
      } catch (error) {
        byId('look-note').textContent = explainFailure(error);
        byId('looks').replaceChildren();
      }
    });
}

function describe(functions) {
  const broken = functions.filter(({ status }) => status !== 'ok');
  if (broken.length === 0) return 'Every function reaches the database.';
  return `Something is wrong for ${broken.map(({ functionName }) => functionName).join(' and ')}.`;
}

function drawFunction({ functionName, summary, report, hops }) {
  return element(
    'li',
    { className: 'look' },
    element('strong', { textContent: functionName }),
    element('p', { textContent: summary }),
    ...(hops.length === 0 ? [] : [element('ol', { className: 'look-hops' }, ...hops.map(drawHop))]),
    ...(report?.session === undefined ? [] : [drawSession(report.session, report.migrations)]),
  );
}

function drawHop({ title, status, code, millis, finding, fix, check }) {
  const mark = status === 'skipped' && code ? 'nothing to see' : MARKS[status];
  return element(
    'li',
    { className: `look-hop ${status}` },
    element('b', { textContent: title }),
    element('span', { className: 'look-mark', textContent: mark }),
    element('span', { className: 'look-millis', textContent: millis === undefined ? '' : duration(millis) }),
    element(
      'span',
      { className: 'look-finding' },
      finding,
      ...(fix === undefined ? [] : [element('br'), element('b', { textContent: 'Fix ' }), fix]),
      ...(check === undefined
        ? []
        : [element('br'), 'In AWS the doctor checks this: ', element('code', { textContent: check })]),
    ),
  );
}

function drawSession({ settings, roleSettings, sessionUser }, migrations) {
  const rows = [
    ...Object.entries(settings),
    [`alter role ${sessionUser} set`, roleSettings.join(', ') || 'nothing'],
    ...(migrations === undefined ? [] : [['migrations applied', migrations.applied.join(', ') || 'none']]),
  ];
  return element(
    'details',
    { className: 'look-session' },
    element('summary', { textContent: 'Settings of the session' }),
    element(
      'dl',
      {},
      ...rows.flatMap(([name, value]) => [
        element('dt', { textContent: name }),
        element('dd', {}, element('code', { textContent: value })),
      ]),
    ),
  );
}
