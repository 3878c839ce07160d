/** Starts GraphiQL: the chosen user's token on each request, and the sample operations in its first tabs. */
import { fetchStack, fetchToken } from '/console/api.js';
import { byId, element } from '/console/dom.js';

/** What page.html's other scripts have left behind: they are no modules. @type {any} */
const { React, ReactDOM, GraphiQL } = window;
const userSelect = byId('user');
const { users, operations } = await fetchStack();

/** The token is added here and not in the headers editor: so it is always fresh, and never kept in the browser's store. */
async function fetcher({ query, variables, operationName }, { headers = {} } = {}) {
  const typed = Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(typed ? {} : { authorization: await fetchToken(users[userSelect.selectedIndex]) }),
      ...headers,
    },
    body: JSON.stringify({ query, variables, operationName }),
  });
  return response.json();
}

userSelect.append(
  ...users.map(({ username, groups }) =>
    element('option', { value: username, textContent: [username, ...groups].join(', ') }),
  ),
);

ReactDOM.createRoot(byId('graphiql')).render(
  React.createElement(GraphiQL, {
    fetcher,
    defaultTabs: operations.map(({ query, variables }) => ({
      query,
      ...(variables && { variables: JSON.stringify(variables, null, 2) }),
    })),
    isHeadersEditorEnabled: true,
  }),
);
