/** A button that copies a text, and says for a moment that it has. */
import { element } from './dom.js';

const COPIED_SHOWN_MILLIS = 1500;

/**
 * @param {string} label what is copied, for those who do not see where the button is
 * @param {string} text
 */
export function copyButton(label, text) {
  const button = element('button', { type: 'button', textContent: 'Copy', ariaLabel: `Copy: ${label}` });
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(text);
    button.textContent = 'Copied';
    setTimeout(() => {
      button.textContent = 'Copy';
    }, COPIED_SHOWN_MILLIS);
  });
  return button;
}
