/** Shows whether the stack runs: in the header, and by greying out metrics that are out of date. */
import { byId } from './dom.js';
import { clock } from './format.js';

const GONE = 'The stack does not answer. Start it again with npm start: this page goes on by itself.';

/** @param {{ startedAt: string } | undefined} metrics undefined when the stack did not answer */
export function showHealth(metrics) {
  const health = byId('health');
  const text = metrics === undefined ? GONE : `Running since ${clock(metrics.startedAt)}`;
  document.body.classList.toggle('gone', metrics === undefined);
  health.className = metrics === undefined ? 'health failed' : 'health ok';
  // Set only when it changes, or a screen reader would say it every second.
  if (health.textContent !== text) health.textContent = text;
}
