/** Shows command lines to copy. */
import { byId, element } from './dom.js';

const COPIED_SHOWN_MILLIS = 1500;

/** @param {{ name: string, command: string }[]} commands */
export function showCommands(commands) {
  byId('commands').replaceChildren(
    ...commands.flatMap(({ name, command }) => [
      element('dt', { textContent: name }),
      element('dd', {}, element('code', { className: 'command', textContent: command }), copyButton(name, command)),
    ]),
  );
}

function copyButton(name, command) {
  const button = element('button', { type: 'button', textContent: 'Copy', ariaLabel: `Copy: ${name}` });
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(command);
    button.textContent = 'Copied';
    setTimeout(() => {
      button.textContent = 'Copy';
    }, COPIED_SHOWN_MILLIS);
  });
  return button;
}
