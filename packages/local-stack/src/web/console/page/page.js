/** Owns the console page as a whole: it hands what the stack tells of itself to the parts of the page. */
import { fetchStack, forgetTokens } from './api.js';
import { showCommands } from './commands.js';
import { initializeFaults, showFaults } from './faults.js';
import { showHealth } from './health.js';
import { watchStack } from './live.js';
import { drawPath, showFigures } from './path.js';
import { showPins } from './pins.js';
import { initializeQuery, showHopsOfRun } from './query.js';
import { forgetRequests, selectRequest, showRequests } from './waterfall.js';

/** Tells one run of the stack from the next. */
let startedAt = '';

async function onFigures(figures) {
  showHealth(figures);
  if (figures === undefined) return;
  if (figures.startedAt !== startedAt) await onNewRun(figures.startedAt);
  showFigures(figures);
  showFaults(figures.faults);
  showRequests(figures.requests);
  showHopsOfRun(figures.requests);
  showPins(figures.pins);
}

/** Ports and versions may be others, and request ids count from 1 again. */
async function onNewRun(newStartedAt) {
  const { parts, commands, users, operations } = await fetchStack();
  forgetTokens();
  forgetRequests();
  drawPath(parts);
  initializeFaults({ onApplied: () => refresh() });
  showCommands(commands);
  if (startedAt === '') initializeQuery({ users, operations, onAnswered: () => refresh(), onTraced: selectRequest });
  startedAt = newStartedAt;
}

const refresh = watchStack(onFigures);
