/** Shows whether the stack runs: in the header, and by greying out metrics that are out of date. */
import { byId } from './dom.js';
import { clock } from './format.js';

const GONE = 'The stack does not answer. Start it again with npm start: this page goes on by itself.';

/** @param {{ startedAt: string, amplify: { problem: string | null } } | undefined} metrics undefined when the stack did not answer */
export function showHealth(metrics) {
  const health = byId('health');
  const problem = metrics === undefined ? GONE : notServed(metrics.amplify);
  const text = problem ?? `Running since ${clock(metrics.startedAt)}`;
  document.body.classList.toggle('gone', metrics === undefined);
  health.className = problem === null ? 'health ok' : 'health failed';
  // Set only when it changes, or a screen reader would say it every second.
  if (health.textContent !== text) health.textContent = text;
}

/** @param {{ problem: string | null }} amplify why a change in amplify/ is not served; null when it is */
function notServed({ problem }) {
  return problem && `The version before your last change is served. ${problem}`;
}
