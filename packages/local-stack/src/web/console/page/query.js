/** Shows the query card: samples, the editors, and the response with its status, errors and the time of each span. */
import { explainFailure, runGraphql } from './api.js';
import { busyWhile, byId, element } from './dom.js';
import { duration } from './format.js';
import { describeSpans, drawSpans, spansOf } from './spans.js';
import { currentUser, initializeUsers } from './users.js';

/** The request whose spans are to be shown once the stack tells of it. */
let awaitedRequestId = '';
/** @type {(id: number) => void} */
let onTraced = () => {};

/**
 * @param {object} options
 * @param {{ username: string, groups: string[] }[]} options.users
 * @param {{ name: string, note: string, query: string, variables?: object }[]} options.operations
 * @param {() => void} options.onAnswered called after each answer
 * @param {(id: number) => void} options.onTraced called when the spans of an answer are known
 */
export function initializeQuery(options) {
  onTraced = options.onTraced;
  initializeUsers(options.users);
  const form = byId('query-form');
  byId('samples').append(
    ...options.operations.map((operation) => {
      const button = element('button', { type: 'button', textContent: operation.name });
      button.addEventListener('click', () => chooseSample(operation));
      return button;
    }),
  );
  const [first] = options.operations;
  if (first) chooseSample(first);

  form.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    busyWhile(byId('run'), async () => {
      await runAndShow();
      options.onAnswered();
    });
  });
}

/** @param {any[]} requests of /api/stack */
export function showSpansOfRun(requests) {
  const trace = requests.find(({ requestId }) => requestId === awaitedRequestId);
  if (trace === undefined) return;
  awaitedRequestId = '';
  const spans = spansOf(trace);
  byId('run-spans').replaceChildren(
    drawSpans(spans, trace.millis),
    element('p', { className: 'note', textContent: `${describeSpans(spans)}.` }),
  );
  onTraced(trace.id);
}

/** @param {{ note: string, query: string, variables?: object }} sample */
function chooseSample({ note, query, variables }) {
  byId('query').value = query;
  byId('variables').value = variables ? JSON.stringify(variables, null, 2) : '';
  byId('sample-note').textContent = note;
}

async function runAndShow() {
  byId('run-spans').replaceChildren();
  try {
    const user = currentUser();
    const { status, millis, requestId, body } = await runGraphql({
      user,
      query: byId('query').value,
      variables: readVariables(),
    });
    awaitedRequestId = requestId ?? '';
    showOutcome(`${status} as ${user.username}, ${duration(millis)}`, status !== 200 || body.errors !== undefined);
    showErrors(body.errors ?? []);
    showResult(JSON.stringify(body, null, 2));
  } catch (error) {
    showOutcome('Not run', true);
    showErrors([{ message: explainFailure(error) }]);
    showResult('');
  }
}

function readVariables() {
  const text = byId('variables').value.trim();
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`The variables are no JSON: ${error.message}`);
  }
}

function showOutcome(text, failed) {
  const outcome = byId('outcome');
  outcome.textContent = text;
  outcome.className = `outcome ${failed ? 'failed' : 'ok'}`;
}

function showErrors(errors) {
  byId('errors').replaceChildren(
    ...errors.map(({ errorType, message }) =>
      element('li', {}, ...(errorType ? [element('strong', { textContent: errorType })] : []), message),
    ),
  );
}

function showResult(text) {
  const result = byId('result');
  result.hidden = text === '';
  result.textContent = text;
}
