/** Starts the console page and passes the state of the stack to its parts. */
import { fetchInbox, fetchStack, forgetTokens } from './api.js';
import { showCommands } from './commands.js';
import { initializeFaults, showFaults } from './faults.js';
import { showHealth } from './health.js';
import { showInbox } from './inbox.js';
import { watchStack } from './live.js';
import { initializeLook } from './look.js';
import { drawPath, showMetrics } from './path.js';
import { showPins } from './pins.js';
import { initializeQuery, showSpansOfRun } from './query.js';
import { forgetRequests, selectRequest, showRequests } from './waterfall.js';

/** Tells one run of the stack from the next. */
let startedAt = '';

async function onMetrics(metrics) {
  showHealth(metrics);
  if (metrics === undefined) return;
  if (metrics.startedAt !== startedAt) await onNewRun(metrics.startedAt);
  showMetrics(metrics);
  showFaults(metrics.faults);
  showRequests(metrics.requests);
  showSpansOfRun(metrics.requests);
  showPins(metrics.pins);
  showInbox(await fetchInbox());
}

/** Ports and versions may be others, and request ids count from 1 again. */
async function onNewRun(newStartedAt) {
  const { parts, commands, users, operations, hasFrontend } = await fetchStack();
  forgetTokens();
  forgetRequests();
  drawPath(parts);
  initializeFaults({ onApplied: () => refresh() });
  showCommands(commands);
  document.querySelector('#frontend').toggleAttribute('hidden', !hasFrontend);
  if (startedAt === '') initializeQuery({ users, operations, onAnswered: () => refresh(), onTraced: selectRequest });
  startedAt = newStartedAt;
}

initializeLook();
const refresh = watchStack(onMetrics);
