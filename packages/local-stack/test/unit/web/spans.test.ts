/** Where the console draws each span of a request. The modules are the page's own, loaded as the browser loads them. */
import { expect, test } from 'vitest';

const PAGE = new URL('../../../src/web/console/page/', import.meta.url);
const { spansOf, describeSpans } = await import(new URL('spans.js', PAGE).href);
const { duration, median } = await import(new URL('format.js', PAGE).href);

const DATABASE = { connection: 'reused', connectMillis: 0.1, queryMillis: 3, durationMillis: 4, rows: 1 };
const WARM = { fieldName: 'first', startMillis: 2, totalMillis: 6, millis: 5, database: DATABASE };

/** As `lambda 3+5`: begins at 3, takes 5. */
function draw(millis: number, ...invocations: object[]): string[] {
  return spansOf({ millis, invocations }).map(
    (span: { kind: string; startMillis: number; millis: number }) => `${span.kind} ${span.startMillis}+${span.millis}`,
  );
}

test('a warm invocation lies within the request, and its query within the invocation', () => {
  expect(draw(10, WARM)).toEqual(['appsync 0+10', 'lambda 3+5', 'query 3.1+3']);
});

test('a new connection is drawn before the query that waits for it', () => {
  const database = { ...DATABASE, connection: 'new', connectMillis: 20 };

  expect(draw(40, { ...WARM, totalMillis: 31, millis: 30, database })).toEqual([
    'appsync 0+40',
    'lambda 3+30',
    'connect 3+20',
    'query 23+3',
  ]);
});

test('a cold start lies before the invocation; of one that was under way already, only what was waited for', () => {
  const cold = { ...WARM, totalMillis: 155, initMillis: 150 };

  expect(draw(160, cold)).toContain('init 2+150');
  expect(draw(160, { ...cold, initMillis: 400 })).toContain('init 2+150');
});

test('a wait for an environment is drawn before its cold start', () => {
  expect(draw(300, { ...WARM, totalMillis: 255, initMillis: 150 })).toEqual([
    'appsync 0+300',
    'wait 2+100',
    'init 102+150',
    'lambda 252+5',
    'query 252.1+3',
  ]);
});

test('a request that reached no function has one span; an invocation that failed has no database', () => {
  expect(draw(1)).toEqual(['appsync 0+1']);
  expect(draw(10, { ...WARM, millis: 6, errorType: 'Sandbox.Timedout', database: undefined })).toEqual([
    'appsync 0+10',
    'lambda 2+6',
  ]);
  expect(draw(10, { ...WARM, database: { ...DATABASE, connection: 'none' } })).toEqual(['appsync 0+10', 'lambda 3+5']);
});

test('two fields of one request each have their spans, and are distinguished by name', () => {
  const spans = spansOf({ millis: 12.3, invocations: [WARM, { ...WARM, fieldName: 'second', startMillis: 3 }] });

  expect(describeSpans(spans)).toBe(
    'AppSync 12 ms, Lambda: first 5.0 ms, Query 3.0 ms, Lambda: second 5.0 ms, Query 3.0 ms',
  );
});

test('durations have as many digits as say something', () => {
  expect([0, 9.96, 10, 999, 1000, 61_234].map(duration)).toEqual([
    '0.0 ms',
    '10.0 ms',
    '10 ms',
    '999 ms',
    '1.00 s',
    '61.23 s',
  ]);
  expect(duration(undefined)).toBe('–');
  expect([median([9, 1, 100, 3]), median([])]).toEqual([3, undefined]);
});
