/** Draws the path: nodes, the edges between them, and the metrics of each. */
import { byId, element } from './dom.js';
import { counted, duration, median } from './format.js';
import { showTable } from './functions.js';
import { metricsOf, metricsOfFunction } from './metrics.js';

/** How long the edges show that a request has passed. */
const PASSING_MILLIS = 1200;

/** Names of classes, in the order of the path. */
const NODES = ['appsync', 'lambda', 'proxy', 'postgres'];

/** Drawn where a function does not need the database, and so is not placed in the VPC. */
const OUTSIDE_NAME = 'Lambda outside the VPC';

/** What lies between one node and the next. */
const EDGES = [
  { name: 'invoke', title: 'Invokes', detail: 'token and rule checked' },
  { name: 'connect', title: 'Security group', detail: 'TLS, IAM token, port 5432' },
  { name: 'query', title: 'Security group', detail: 'SQL, port 5432' },
];

let requestsSeen = 0;

/** @param {{ name: string, detail: string, address: string }[]} parts AppSync, Lambda, RDS Proxy and PostgreSQL */
export function drawPath(parts) {
  const items = parts.flatMap((part, index) => {
    const node = NODES[index];
    const edge = EDGES[index - 1];
    return [...(edge ? [drawEdge(edge)] : []), drawNode(node, part)];
  });
  const outside = drawNode('lambda outside', { name: OUTSIDE_NAME });
  outside.hidden = true;
  // A request enters the VPC between the first edge and Lambda.
  const boundary = element(
    'li',
    { className: 'vpc' },
    element('span', {}, element('strong', { textContent: 'Private subnets of the VPC' })),
    element('span', {
      className: 'vpc-note',
      textContent: 'Security groups are drawn, not emulated: tests check their rules.',
    }),
  );
  byId('path').replaceChildren(items[0], items[1], outside, boundary, ...items.slice(2));
  requestsSeen = 0;
}

/** @param {any} metrics of /api/stack */
export function showMetrics(metrics) {
  for (const [node, groups] of Object.entries(metricsOf(metrics))) {
    byId(`metrics-${node}`).replaceChildren(...groups.map(drawGroup));
  }
  showFunctions(metrics.functions);
  const databases = metrics.requests.flatMap(({ invocations }) =>
    invocations.flatMap(({ database }) => database ?? []),
  );
  const connecting = databases.filter(({ connection }) => connection === 'new');
  byId('edge-connect').textContent = edgeMetric(connecting, 'connectMillis');
  const querying = databases.filter(({ connection }) => connection !== 'none');
  byId('edge-query').textContent = edgeMetric(querying, 'queryMillis');
  showPassing(metrics.appSync.requests);
}

/** Those that do not use the database are outside the VPC, as in AWS. */
function showFunctions(functions) {
  const all = Object.entries(functions);
  const isOutside = ([, { database }]) => database === false;
  const [outside, inside] = [all.filter(isOutside), all.filter((entry) => !isOutside(entry))];
  const path = byId('path');
  path.classList.toggle('has-outside', outside.length > 0);
  path.querySelector('.outside').hidden = outside.length === 0;
  showTable(byId('metrics-lambda-outside'), outside);

  const only = inside.length === 1 ? inside[0] : undefined;
  path.querySelector('.lambda:not(.outside) .address').textContent = only?.[0] ?? counted(inside.length, 'function');
  const place = byId('metrics-lambda');
  if (only) place.replaceChildren(drawGroup({ metrics: metricsOfFunction(only[1]) }));
  else showTable(place, inside);
}

/** Of the last requests. */
function edgeMetric(logs, field) {
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

/**
 * @param {string} node its classes
 * @param {{ name: string, detail?: string, address?: string }} part
 */
function drawNode(node, { name, detail, address }) {
  return element(
    'li',
    { className: `node ${node}` },
    element('strong', { className: 'name', textContent: name }),
    ...(detail ? [element('span', { className: 'detail', textContent: detail })] : []),
    ...(address ? [element('code', { className: 'address', textContent: address })] : []),
    element('div', { className: 'metrics', id: `metrics-${node.replace(' ', '-')}` }),
  );
}

function drawEdge({ name, title, detail }) {
  return element(
    'li',
    { className: `edge ${name}` },
    element('span', { className: 'line', ariaHidden: 'true' }),
    element('strong', { className: 'edge-title', textContent: title }),
    element('span', { className: 'edge-detail', textContent: detail }),
    element('span', { className: 'edge-metric', id: `edge-${name}` }),
  );
}

function drawGroup({ metrics }) {
  return element(
    'dl',
    {},
    ...metrics.map(({ label, value, isBad = false, filled }) =>
      element(
        'div',
        { className: isBad ? 'metric bad' : 'metric' },
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
