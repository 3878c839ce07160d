/** Owns starting GraphiQL: the chosen user's token on each request, and sample queries in its first tabs. */
import { fetchStack, fetchToken } from '/console/api.js';
import { element } from '/console/dom.js';

const CREATE_ORDER = `mutation CreateOrder {
  createOrder(
    currency: "EUR"
    lines: [{ sku: "BOOK-1", quantity: 2, unitPriceCents: 1250 }]
  ) {
    id
    status
    totalCents
    createdAt
  }
}
`;

const LIST_ORDERS = `query ListOrders {
  listOrders(limit: 10) {
    items {
      id
      status
      currency
      totalCents
      lines {
        sku
        quantity
      }
      createdAt
    }
    nextToken
  }
}
`;

const { React, ReactDOM, GraphiQL } = window;
const userSelect = document.getElementById('user');

/** The token is added here and not in the headers editor: so it is always fresh, and never kept in the browser's store. */
async function fetcher({ query, variables, operationName }, { headers = {} } = {}) {
  const typed = Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(typed ? {} : { authorization: await fetchToken(userSelect.value) }),
      ...headers,
    },
    body: JSON.stringify({ query, variables, operationName }),
  });
  return response.json();
}

const { users } = await fetchStack();
userSelect.append(
  ...users.map(({ username, groups }) =>
    element('option', { value: username, textContent: [username, ...groups].join(', ') }),
  ),
);

ReactDOM.createRoot(document.getElementById('graphiql')).render(
  React.createElement(GraphiQL, {
    fetcher,
    defaultTabs: [{ query: LIST_ORDERS }, { query: CREATE_ORDER }],
    isHeadersEditorEnabled: true,
  }),
);
