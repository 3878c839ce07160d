/** Shows the messages of the user pool: to whom, for what, and the code. */
import { copyButton } from './copy-button.js';
import { byId, element } from './dom.js';
import { clock } from './format.js';

/** What is on the page, so that it is redrawn, and read out, only when it changes. */
let shown = '';

/** @param {any[]} messages of /console/inbox.json */
export function showInbox(messages) {
  const now = new Date().toISOString();
  const drawn = messages.map((message) => ({ ...message, hasExpired: message.expiresAt <= now }));
  const text = JSON.stringify(drawn);
  if (text === shown) return;
  shown = text;
  byId('inbox').replaceChildren(...drawn.map(drawMessage));
}

function drawMessage({ to, purpose, code, sentAt, hasExpired }) {
  return element(
    'li',
    { className: hasExpired ? 'message expired' : 'message' },
    element('code', { className: 'message-code', textContent: code }),
    copyButton(`code for ${to}`, code),
    element(
      'p',
      { className: 'message-about' },
      element('strong', { textContent: to }),
      element('span', { className: 'note', textContent: `To ${purpose}${hasExpired ? ': expired' : ''}` }),
    ),
    element('time', { className: 'note', dateTime: sentAt, textContent: clock(sentAt) }),
  );
}
