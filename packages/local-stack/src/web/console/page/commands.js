/** Shows command lines to copy. */
import { copyButton } from './copy-button.js';
import { byId, element } from './dom.js';

/** @param {{ name: string, command: string }[]} commands */
export function showCommands(commands) {
  byId('commands').replaceChildren(
    ...commands.flatMap(({ name, command }) => [
      element('dt', { textContent: name }),
      element('dd', {}, element('code', { className: 'command', textContent: command }), copyButton(name, command)),
    ]),
  );
}
