/** Owns the start page as a whole: who is signed in, and what is shown again when that changes. */
import { explainFailure, fetchStack } from './api.js';
import { byId, element } from './dom.js';
import { placeOrder, showOrders } from './orders.js';
import { initializeQuery } from './query.js';
import { showCommands, showPath } from './stack.js';

let user = '';

function showUsers(users) {
  byId('users').replaceChildren(
    ...users.map(({ username, groups }) => {
      const input = element('input', { type: 'radio', name: 'user', value: username, checked: username === user });
      input.addEventListener('change', () => {
        user = username;
        showUserNote(groups);
        showOrders(user);
      });
      const role = groups.includes('admins') ? ' (admin)' : '';
      return element('label', {}, input, `${username}${role}`);
    }),
  );
}

function showUserNote(groups) {
  byId('user-note').textContent =
    groups.length === 0
      ? 'A customer: sees their own orders only.'
      : `In the group ${groups.join(', ')}: may ask for totals.`;
}

byId('refresh-orders').addEventListener('click', () => showOrders(user));
byId('place-order').addEventListener('click', async ({ currentTarget: button }) => {
  button.disabled = true;
  if (await placeOrder(user)) await showOrders(user);
  button.disabled = false;
});
initializeQuery({ currentUser: () => user, onWritten: () => showOrders(user) });

try {
  const { parts, commands, users } = await fetchStack();
  user = users[0].username;
  showPath(parts);
  showCommands(commands);
  showUsers(users);
  showUserNote(users[0].groups);
  await showOrders(user);
} catch (error) {
  byId('orders-note').textContent = explainFailure(error);
}
