/** Shows the state of the proxy's fault switches and sets them. */
import { applyFault, explainFailure } from './api.js';
import { busyWhile, byId, element } from './dom.js';
import { FAULT_GROUPS } from './fault-list.js';
import { counted } from './format.js';

const FAULTS = Object.values(FAULT_GROUPS).flatMap(({ faults }) => faults);

/** Called when a fault was applied. */
let onApplied = () => {};
/** Requests under way: what the stack told meanwhile may be older than the switch. */
let applying = 0;

/** @param {{ onApplied: () => void }} options */
export function initializeFaults(options) {
  onApplied = options.onApplied;
  for (const [group, { title, faults }] of Object.entries(FAULT_GROUPS)) {
    byId(`faults-${group}`).replaceChildren(
      element(
        'fieldset',
        { className: 'faults' },
        element('legend', { textContent: title }),
        ...faults.map((fault) => drawFault({ ...fault, noteId: `note-${group}` })),
        element('p', { className: 'note fault-note', id: `note-${group}`, role: 'status' }),
      ),
    );
  }
  byId('end-faults').onclick = () => apply({ fault: 'clear' }, 'Every fault has ended', 'note-all');
}

/** @param {Record<string, number | boolean>} state the switches as they stand */
export function showFaults(state) {
  if (applying > 0) return;
  const on = FAULTS.filter((fault) => fault.state !== undefined && Boolean(state[fault.state]));
  for (const fault of FAULTS.filter((fault) => fault.state !== undefined)) {
    const isOn = on.includes(fault);
    byId(`fault-${fault.fault}`).checked = isOn;
    byId(`row-${fault.fault}`).classList.toggle('on', isOn);
    if (isOn && fault.millis) showMillis(fault, Number(state[fault.state]));
  }
  for (const [group, { affects, faults }] of Object.entries(FAULT_GROUPS)) {
    const isStruck = faults.some((fault) => on.includes(fault));
    byId(`faults-${group}`).classList.toggle('on', isStruck);
    document.querySelector(affects).classList.toggle('affected', isStruck);
  }
  const button = byId('end-faults');
  button.classList.toggle('danger', on.length > 0);
  // Not disabled, or pressing it would lose the focus. To end what is not on does no harm.
  button.ariaDisabled = String(on.length === 0);
  button.textContent = on.length === 0 ? 'No fault is on' : `End ${counted(on.length, 'fault')}`;
}

function showMillis({ fault }, millis) {
  const input = byId(`millis-${fault}`);
  const isBeingTyped = document.activeElement === input;
  if (!isBeingTyped) input.value = String(millis);
}

function drawFault(fault) {
  const effectId = `effect-${fault.fault}`;
  return element(
    'div',
    { className: 'fault', id: `row-${fault.fault}` },
    element(
      'div',
      { className: 'fault-control' },
      fault.state === undefined ? drawButton(fault, effectId) : drawSwitch(fault, effectId),
      ...(fault.millis ? [drawMillis(fault)] : []),
    ),
    element(
      'p',
      { id: effectId },
      `${fault.effect} `,
      element('span', { className: 'in-aws' }, element('b', { textContent: 'In AWS: ' }), fault.inAws),
    ),
  );
}

function drawSwitch(fault, effectId) {
  const input = element('input', { type: 'checkbox', role: 'switch', id: `fault-${fault.fault}` });
  input.setAttribute('aria-describedby', effectId);
  input.addEventListener('change', async () => {
    const isOn = input.checked;
    const request = fault.millis
      ? { fault: fault.fault, [fault.millis.field]: isOn ? millisOf(fault) : 0 }
      : { fault: fault.fault, on: isOn };
    const isApplied =
      (!isOn || hasValidMillis(fault)) && (await apply(request, `${fault.name}: ${isOn ? 'on' : 'off'}`, fault.noteId));
    if (!isApplied) input.checked = !isOn;
  });
  return element('label', { className: 'switch' }, input, element('span', { textContent: fault.name }));
}

function drawButton(fault, effectId) {
  const button = element('button', { type: 'button', textContent: fault.name, id: `fault-${fault.fault}` });
  button.setAttribute('aria-describedby', effectId);
  button.addEventListener('click', () => {
    if (!hasValidMillis(fault)) return;
    const chosen = fault.millis ? { [fault.millis.field]: millisOf(fault) } : {};
    busyWhile(button, () => apply({ fault: fault.fault, ...chosen }, fault.name, fault.noteId));
  });
  return button;
}

function drawMillis({ fault, state, noteId, millis: { field, label, value, min, max, step } }) {
  const input = element('input', { type: 'number', id: `millis-${fault}`, value: String(value), min, max, step });
  // While the switch is on, another duration holds at once.
  input.addEventListener('change', () => {
    const isOn = state !== undefined && byId(`fault-${fault}`).checked;
    if (isOn && input.reportValidity())
      apply({ fault, [field]: Number(input.value) }, `${label}: ${input.value}`, noteId);
  });
  return element(
    'label',
    { className: 'millis' },
    input,
    element('span', { textContent: 'ms', ariaHidden: 'true' }),
    element('span', { className: 'visually-hidden', textContent: label }),
  );
}

function millisOf({ fault }) {
  return Number(byId(`millis-${fault}`).value);
}

/** The browser says what is wrong with one that is not. */
function hasValidMillis({ fault, millis }) {
  return millis === undefined || byId(`millis-${fault}`).reportValidity();
}

/**
 * @param {object} request as POST /api/proxy/faults takes it
 * @param {string} text what was asked for
 * @param {string} noteId where to say what came of it
 * @returns {Promise<boolean>} whether it was applied
 */
async function apply(request, text, noteId) {
  applying += 1;
  try {
    const { result } = await applyFault(request);
    showNote(noteId, `${text}${touched(result)}.`, false);
    return true;
  } catch (error) {
    showNote(noteId, `${text} failed: ${explainFailure(error)}`, true);
    return false;
  } finally {
    applying -= 1;
    onApplied();
  }
}

/** Older ones, wherever they stand, are no longer news. */
function showNote(id, text, failed) {
  for (const note of document.querySelectorAll('.fault-note')) note.textContent = '';
  byId(id).textContent = text;
  byId(id).classList.toggle('failed', failed);
}

function touched({ clientConnections, databaseConnections }) {
  if (databaseConnections > 0) return `: ${counted(databaseConnections, 'database connection')} dropped`;
  if (clientConnections > 0) return `: ${counted(clientConnections, 'client connection')} affected`;
  return '';
}
