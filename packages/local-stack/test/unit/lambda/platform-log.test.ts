import { expect, test } from 'vitest';
import { runtimeExited, timedOut } from '../../../src/lambda/function-error.js';
import { failureLines, initReportLine, reportLine, startLine } from '../../../src/lambda/platform-log.js';

const REPORT = {
  requestId: '5b866fb1-7154-4af6-8078-6ef6ca4c2ddd',
  durationMillis: 133.606,
  memorySizeMB: 128,
  maxMemoryUsedMB: 31,
  initMillis: undefined,
  failure: undefined,
};

/** The lines are those of AWS's documentation, which shows the tabs as spaces. */
test.each([
  [
    'a warm invocation',
    REPORT,
    'Duration: 133.61 ms Billed Duration: 134 ms Memory Size: 128 MB Max Memory Used: 31 MB',
  ],
  [
    'a cold start, whose INIT is billed',
    { ...REPORT, initMillis: 79.999 },
    'Duration: 133.61 ms Billed Duration: 214 ms Memory Size: 128 MB Max Memory Used: 31 MB Init Duration: 80.00 ms',
  ],
  [
    'a crash',
    { ...REPORT, initMillis: 80, failure: { status: 'error', errorType: 'Runtime.ExitError' } as const },
    'Duration: 133.61 ms Billed Duration: 214 ms Memory Size: 128 MB Max Memory Used: 31 MB Init Duration: 80.00 ms Status: error Error Type: Runtime.ExitError',
  ],
  [
    'a timeout',
    { ...REPORT, durationMillis: 3016.78, initMillis: 84, failure: { status: 'timeout' } as const },
    'Duration: 3016.78 ms Billed Duration: 3101 ms Memory Size: 128 MB Max Memory Used: 31 MB Init Duration: 84.00 ms Status: timeout',
  ],
])('REPORT of %s', (_, report, fields) => {
  expect(reportLine(report).replaceAll('\t', ' ')).toBe(`REPORT RequestId: ${REPORT.requestId} ${fields}`);
});

test('START names the version', () => {
  expect(startLine('id')).toBe('START RequestId: id Version: $LATEST');
});

test('INIT_REPORT tells in which phase an initialization failed, and how', () => {
  expect(initReportLine(1236.04, 'init', { status: 'timeout' })).toBe(
    'INIT_REPORT Init Duration: 1236.04 ms\tPhase: init\tStatus: timeout',
  );
  expect(initReportLine(4.87, 'invoke', { status: 'error', errorType: 'Runtime.ExitError' })).toBe(
    'INIT_REPORT Init Duration: 4.87 ms\tPhase: invoke\tStatus: error\tError Type: Runtime.ExitError',
  );
});

test('a timeout is logged with its time, its request and the limit', () => {
  expect(failureLines('id', timedOut('id', 3), new Date('2024-03-04T17:22:38.033Z'))).toEqual([
    '2024-03-04T17:22:38.033Z id Task timed out after 3.00 seconds',
  ]);
});

test.each([
  [{ code: 129, signal: null }, 'Runtime exited with error: exit status 129'],
  [{ code: 0, signal: null }, 'Runtime exited without providing a reason'],
  [{ code: null, signal: 'SIGKILL' } as const, 'Runtime exited with error: signal: killed'],
  [{ code: null, signal: 'SIGABRT' } as const, 'Runtime exited with error: signal: aborted'],
])('an exit is logged with its status or signal: %j', (exit, message) => {
  expect(failureLines('id', runtimeExited('id', exit), new Date())).toEqual([
    `RequestId: id Error: ${message}`,
    'Runtime.ExitError',
  ]);
});
