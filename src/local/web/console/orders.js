/** Owns the table of orders: the rows that PostgreSQL has for the chosen user, read through the whole path. */
import { explainFailure, runGraphql } from './api.js';
import { byId, element } from './dom.js';

const LIST_ORDERS = `query ListOrders {
  listOrders(limit: 8) {
    items { id status currency totalCents lines { sku quantity } createdAt }
    nextToken
  }
}`;

const PLACE_ORDER = `mutation PlaceOrder($currency: String!, $lines: [OrderLineInput!]!) {
  createOrder(currency: $currency, lines: $lines) { id }
}`;

const GOODS = [
  { sku: 'COFFEE-1KG', unitPriceCents: 1890 },
  { sku: 'TEA-250G', unitPriceCents: 740 },
  { sku: 'MUG-BLUE', unitPriceCents: 1150 },
  { sku: 'FILTER-100', unitPriceCents: 395 },
];

/** The rows on the page, to tell which one has just come. */
let shown = { user: '', ids: new Set() };
/** The request whose answer is awaited; an older one that comes late is dropped. */
let latestRequest = 0;

/** Reads the user's orders and shows them. */
export async function showOrders(user) {
  latestRequest += 1;
  const thisRequest = latestRequest;
  byId('orders-title').textContent = `Orders of ${user}`;
  const outcome = await request({ user, query: LIST_ORDERS });
  if (thisRequest !== latestRequest) return;
  if (!outcome.data) return reportFailure(outcome.failure);

  const { items, nextToken } = outcome.data.listOrders;
  byId('orders').replaceChildren(items.length === 0 ? emptyNotice(user) : table(user, items));
  const more = nextToken ? ', the latest ones' : '';
  report(`${rowCount(items.length)}${more}, read from PostgreSQL in ${Math.round(outcome.millis)} ms.`);
  shown = { user, ids: new Set(items.map(({ id }) => id)) };
}

/** Writes one order of a few random goods. */
export async function placeOrder(user) {
  const lines = GOODS.filter(() => Math.random() < 0.5).map((goods) => ({ ...goods, quantity: randomUpTo(3) }));
  if (lines.length === 0) lines.push({ ...GOODS[0], quantity: 1 });
  const { failure } = await request({ user, query: PLACE_ORDER, variables: { currency: 'EUR', lines } });
  if (failure) reportFailure(failure);
  return !failure;
}

async function request(options) {
  try {
    const { millis, body } = await runGraphql(options);
    if (body.errors) return { failure: body.errors.map(({ message }) => message).join(' ') };
    return { data: body.data, millis };
  } catch (error) {
    return { failure: explainFailure(error) };
  }
}

function table(user, orders) {
  const heading = ['Order', 'Lines', 'Total'].map((text) =>
    element('th', { textContent: text, scope: 'col', className: text === 'Total' ? 'number' : '' }),
  );
  return element(
    'table',
    {},
    element('thead', {}, element('tr', {}, ...heading)),
    element('tbody', {}, ...orders.map((order) => row(order, shown.user === user && !shown.ids.has(order.id)))),
  );
}

function row({ id, status, currency, totalCents, lines, createdAt }, isNew) {
  const placed = new Date(createdAt).toLocaleString([], { dateStyle: 'short', timeStyle: 'medium' });
  const state = status.toLowerCase();
  return element(
    'tr',
    { className: isNew ? 'new' : '' },
    element(
      'td',
      { title: id },
      element('code', { className: 'order-id', textContent: id.slice(0, 8) }),
      element('span', { className: `status ${state}`, textContent: state }),
      element('small', { textContent: placed }),
    ),
    element('td', {}, ...lines.map(({ sku, quantity }) => element('div', { textContent: `${quantity} × ${sku}` }))),
    element('td', { className: 'number', textContent: money(totalCents, currency) }),
  );
}

function emptyNotice(user) {
  return element('p', { className: 'empty', textContent: `${user} has no order yet. Place one to see it come back.` });
}

function report(text, className = 'note') {
  Object.assign(byId('orders-note'), { textContent: text, className });
}

function reportFailure(text) {
  report(text, 'note failed');
}

function rowCount(count) {
  return count === 1 ? '1 row' : `${count} rows`;
}

function money(cents, currency) {
  return new Intl.NumberFormat([], { style: 'currency', currency }).format(cents / 100);
}

function randomUpTo(limit) {
  return 1 + Math.floor(Math.random() * limit);
}
