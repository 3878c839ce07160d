/** Selects the user of a request: any name, in any groups, or a sample user. */
import { byId, element } from './dom.js';

/** @param {{ username: string, groups: string[] }[]} users the first one is signed in */
export function initializeUsers(users) {
  const [user, groups] = [byId('user'), byId('groups')];
  const chips = users.map((sample) => {
    const button = element('button', { type: 'button', textContent: [sample.username, ...sample.groups].join(', ') });
    button.addEventListener('click', () => choose(sample));
    return { sample, button };
  });
  const showChosen = () => {
    const chosen = JSON.stringify(currentUser());
    for (const { sample, button } of chips) button.ariaPressed = String(JSON.stringify(sample) === chosen);
  };
  const choose = (sample) => {
    user.value = sample.username;
    groups.value = sample.groups.join(', ');
    showChosen();
  };

  byId('users').replaceChildren(...users.map(({ username }) => element('option', { value: username })));
  byId('user-chips').append(...chips.map(({ button }) => button));
  user.addEventListener('input', showChosen);
  groups.addEventListener('input', showChosen);
  choose(users[0]);
}

/** @returns {{ username: string, groups: string[] }} */
export function currentUser() {
  const groups = byId('groups')
    .value.split(',')
    .map((name) => name.trim());
  return { username: byId('user').value.trim(), groups: groups.filter((name) => name !== '') };
}
