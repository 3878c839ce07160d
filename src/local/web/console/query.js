/** Owns the query card: examples, the editor, and the answer with its status, time and errors. */
import { explainFailure, runGraphql } from './api.js';
import { byId, element } from './dom.js';

const EXAMPLES = [
  {
    name: 'List my orders',
    query: `query MyOrders {
  listOrders(limit: 3) {
    items {
      id
      status
      totalCents
      createdAt
    }
    nextToken
  }
}`,
  },
  {
    name: 'Place an order',
    query: `mutation PlaceOrder {
  createOrder(
    currency: "EUR"
    lines: [{ sku: "BOOK-1", quantity: 2, unitPriceCents: 1250 }]
  ) {
    id
    totalCents
    createdAt
  }
}`,
  },
  {
    name: 'Totals',
    query: `# Only the group admins may ask this: try it as alice too.
query Totals {
  orderTotals {
    currency
    orderCount
    totalCents
  }
}`,
  },
];

/**
 * @param {{ currentUser: () => string, onWritten: () => void }} options
 *   `onWritten` is called after a mutation, since other parts of the page may show what it changed
 */
export function initializeQuery({ currentUser, onWritten }) {
  const editor = byId('query');
  const form = byId('query-form');
  editor.value = EXAMPLES[0].query;

  byId('presets').replaceChildren(
    ...EXAMPLES.map(({ name, query }) => {
      const button = element('button', { type: 'button', textContent: name });
      button.addEventListener('click', () => {
        editor.value = query;
      });
      return button;
    }),
  );
  editor.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    await runAndShow(currentUser(), editor.value);
    if (/\bmutation\b/.test(editor.value)) onWritten();
  });
}

async function runAndShow(user, query) {
  const button = byId('run');
  button.disabled = true;
  try {
    const { status, millis, body } = await runGraphql({ user, query });
    const failed = status !== 200 || body.errors !== undefined;
    showOutcome(`${status} as ${user}, ${millis.toFixed(1)} ms`, failed);
    showErrors(body.errors ?? []);
    showResult(JSON.stringify(body, null, 2));
  } catch (error) {
    showOutcome('no answer', true);
    showErrors([{ message: explainFailure(error) }]);
    showResult('');
  } finally {
    button.disabled = false;
  }
}

function showOutcome(text, failed) {
  const outcome = byId('outcome');
  outcome.textContent = text;
  outcome.className = `outcome ${failed ? 'failed' : 'ok'}`;
}

function showErrors(errors) {
  byId('errors').replaceChildren(
    ...errors.map(({ errorType, message }) =>
      element('li', {}, ...(errorType ? [element('strong', { textContent: errorType })] : []), message),
    ),
  );
}

function showResult(text) {
  const result = byId('result');
  result.hidden = text === '';
  result.textContent = text;
}
