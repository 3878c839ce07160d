/** Owns the drawn path: stations, the hops between them, and the figures on each. */
import { byId, element } from './dom.js';
import { FAULT_GROUPS } from './fault-list.js';
import { figuresOf } from './figures.js';
import { duration, median } from './format.js';

/** How long the wires show that a request has passed. */
const PASSING_MILLIS = 1200;

/** Names of classes, in the order of the path. */
const STATIONS = ['appsync', 'lambda', 'proxy', 'postgres'];

/** What lies between one station and the next. */
const WIRES = [
  { name: 'invoke', title: 'Invokes', detail: 'token and rule checked' },
  { name: 'connect', title: 'Security group', detail: 'TLS, IAM token, port 5432' },
  { name: 'query', title: 'Security group', detail: 'SQL, port 5432' },
];

let requestsSeen = 0;

/** @param {{ name: string, detail: string, address: string }[]} parts AppSync, Lambda, RDS Proxy and PostgreSQL */
export function drawPath(parts) {
  const items = parts.flatMap((part, index) => {
    const station = STATIONS[index];
    const wire = WIRES[index - 1];
    return [
      ...(wire ? [drawWire(wire)] : []),
      drawStation(station, part),
      ...(station in FAULT_GROUPS ? [faultGroup(station)] : []),
    ];
  });
  // A request enters the VPC between the first wire and Lambda.
  const boundary = element(
    'li',
    { className: 'vpc' },
    element('span', {}, element('strong', { textContent: 'Private subnets of the VPC' })),
    element('span', {
      className: 'vpc-note',
      textContent: 'Security groups are drawn, not imitated: tests check their rules.',
    }),
  );
  byId('path').replaceChildren(items[0], items[1], boundary, ...items.slice(2));
  requestsSeen = 0;
}

/** @param {any} figures of /api/stack */
export function showFigures(figures) {
  for (const [station, groups] of Object.entries(figuresOf(figures))) {
    byId(`figures-${station}`).replaceChildren(...groups.map(drawGroup));
  }
  const databases = figures.requests.flatMap(({ invocations }) =>
    invocations.flatMap(({ database }) => database ?? []),
  );
  const connecting = databases.filter(({ connection }) => connection === 'new');
  byId('wire-connect').textContent = wireFigure(connecting, 'connectMillis');
  const querying = databases.filter(({ connection }) => connection !== 'none');
  byId('wire-query').textContent = wireFigure(querying, 'queryMillis');
  showPassing(figures.appSync.requests);
}

/** Of the last requests. */
function wireFigure(logs, field) {
  return `p50 ${duration(median(logs.map((log) => log[field])))}`;
}

function showPassing(requests) {
  const path = byId('path');
  if (requestsSeen > 0 && requests > requestsSeen) {
    path.classList.add('passing');
    setTimeout(() => path.classList.remove('passing'), PASSING_MILLIS);
  }
  requestsSeen = requests;
}

function drawStation(station, { name, detail, address }) {
  return element(
    'li',
    { className: `station ${station}` },
    element('strong', { className: 'name', textContent: name }),
    element('span', { className: 'detail', textContent: detail }),
    element('code', { className: 'address', textContent: address }),
    element('div', { className: 'figures', id: `figures-${station}` }),
  );
}

function drawWire({ name, title, detail }) {
  return element(
    'li',
    { className: `wire ${name}` },
    element('span', { className: 'line', ariaHidden: 'true' }),
    element('strong', { className: 'wire-title', textContent: title }),
    element('span', { className: 'wire-detail', textContent: detail }),
    element('span', { className: 'wire-figure', id: `wire-${name}` }),
  );
}

function faultGroup(group) {
  return element('li', { className: `fault-place ${group}`, id: `faults-${group}` });
}

function drawGroup({ title, figures }) {
  return element(
    'dl',
    {},
    ...(title ? [element('div', { className: 'figure-title' }, element('dt', { textContent: title }))] : []),
    ...figures.map(({ label, value, isBad = false, filled }) =>
      element(
        'div',
        { className: isBad ? 'figure bad' : 'figure' },
        element('dt', { textContent: label }),
        element('dd', { textContent: value }),
        ...(filled === undefined ? [] : [drawMeter(filled)]),
      ),
    ),
  );
}

/** @param {number} filled 0..1 */
function drawMeter(filled) {
  const bar = element('span', { className: filled >= 0.8 ? 'fill high' : 'fill' });
  bar.style.width = `${100 * Math.min(1, filled)}%`;
  return element('dd', { className: 'meter', ariaHidden: 'true' }, bar);
}
