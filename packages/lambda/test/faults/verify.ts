/** Checks how the requests of a fault ended: against what they asked for, and against what is in the database. */
import { isDeepStrictEqual } from 'node:util';
import type { FaultStack } from './fault-stack.js';
import type { PlannedRequest } from './requests.js';
import type { RequestOutcome } from './send.js';

export interface Ended {
  request: PlannedRequest;
  outcome: RequestOutcome;
}

/** One sentence for each request that ended as none may. */
export interface Findings {
  /** Acknowledged, and not there. */
  lost: string[];
  /** There more than once. */
  duplicated: string[];
  /** A wrong answer, a refused write that is there, or an error that this fault cannot excuse. */
  wrong: string[];
  /** Not ended within the deadline of its layer. */
  hung: string[];
}

/**
 * Nothing was written. After any other error of a write its caller cannot know: docs/errors.md. With a key, the write might
 * have been retried, and the error of the second attempt says nothing about the first.
 */
const DEFINITE = ['InvalidInput', 'Conflict', 'ConstraintViolation', 'InternalError'];
const DEFINITE_WITH_KEY = ['InvalidInput', 'IdempotencyKeyReused'];

interface Row {
  id: string;
  status: string;
  sku: string;
}

/**
 * @param mayEnd the `errorType`s that the fault excuses
 * @param ended every request, and each repeated one once more
 */
export async function assess(stack: FaultStack, mayEnd: readonly string[], ended: readonly Ended[]): Promise<Findings> {
  const findings: Findings = { lost: [], duplicated: [], wrong: [], hung: [] };
  const orders = await ordersOf(stack, ended);
  for (const { request, outcome } of ended) {
    checkEnd(request, outcome, mayEnd, findings);
    if (request.sku !== undefined) checkCreate(request, outcome, orders.bySku.get(request.sku) ?? [], findings);
    if (request.orderId !== undefined) checkCancel(outcome, orders.byId.get(request.orderId), findings);
    if ('expected' in request && outcome.kind === 'data' && !isDeepStrictEqual(outcome.data, request.expected)) {
      findings.wrong.push(`${request.kind} answered ${JSON.stringify(outcome.data)}`);
    }
  }
  return findings;
}

/** The outcome was reported as unknown. */
export function isOpen({ request, outcome }: Ended): boolean {
  if (outcome.kind === 'data') return false;
  return outcome.kind === 'none' || !definite(request).includes(outcome.type);
}

function definite({ kind }: PlannedRequest): readonly string[] {
  return kind === 'createWithKey' ? DEFINITE_WITH_KEY : DEFINITE;
}

function checkEnd(
  request: PlannedRequest,
  outcome: RequestOutcome,
  mayEnd: readonly string[],
  findings: Findings,
): void {
  const seconds = `after ${(outcome.millis / 1000).toFixed(1)} s`;
  if (request.kind === 'createInvalid') {
    const isRefused = outcome.kind === 'error' && ['InvalidInput', ...mayEnd].includes(outcome.type);
    if (!isRefused) findings.wrong.push(`createInvalid ended with ${JSON.stringify(outcome)}`);
  } else if (outcome.kind === 'none') {
    findings.hung.push(`${request.kind} had no answer ${seconds}: ${outcome.message}`);
  } else if (outcome.kind === 'error' && !mayEnd.includes(outcome.type)) {
    const isLate = outcome.type === 'ExecutionTimeout' || outcome.message.includes('Task timed out');
    const end = `${request.kind} ended with ${outcome.type} ${seconds}: ${outcome.message}`;
    (isLate ? findings.hung : findings.wrong).push(end);
  }
}

function checkCreate(request: PlannedRequest, outcome: RequestOutcome, rows: readonly Row[], findings: Findings): void {
  if (rows.length > 1) findings.duplicated.push(`${request.sku} is there ${rows.length} times`);
  if (outcome.kind === 'data') {
    const { id, lines } = outcome.data as { id: string; lines: { sku: string }[] };
    if (!rows.some((row) => row.id === id)) findings.lost.push(`${request.sku} was acknowledged as ${id}`);
    if (lines[0]?.sku !== request.sku) findings.wrong.push(`${request.sku} was answered with ${JSON.stringify(lines)}`);
  } else if (outcome.kind === 'error' && definite(request).includes(outcome.type) && rows.length > 0) {
    findings.wrong.push(`${request.sku} was refused with ${outcome.type}, and is there`);
  }
}

function checkCancel(outcome: RequestOutcome, row: Row | undefined, findings: Findings): void {
  if (row === undefined) {
    findings.lost.push('an order to be cancelled is gone');
  } else if (outcome.kind === 'data' && row.status !== 'CANCELLED') {
    findings.lost.push(`the cancelling of ${row.id} was acknowledged`);
  } else if (outcome.kind === 'error' && DEFINITE.includes(outcome.type) && row.status !== 'PLACED') {
    findings.wrong.push(`the cancelling of ${row.id} was refused with ${outcome.type}, and took place`);
  }
}

async function ordersOf(stack: FaultStack, ended: readonly Ended[]) {
  const skus = ended.flatMap(({ request }) => request.sku ?? []);
  const ids = ended.flatMap(({ request }) => request.orderId ?? []);
  const { rows } = await stack.asSuperuser((client) =>
    client.query<Row>(
      // An order without its line counts as lost.
      `select o.id, o.status, l.sku from orders o join order_lines l on l.order_id = o.id
        where l.sku = any ($1) or o.id = any ($2)`,
      [skus, ids],
    ),
  );
  const bySku = new Map<string, Row[]>();
  for (const row of rows) bySku.set(row.sku, [...(bySku.get(row.sku) ?? []), row]);
  return { bySku, byId: new Map(rows.map((row) => [row.id, row])) };
}
