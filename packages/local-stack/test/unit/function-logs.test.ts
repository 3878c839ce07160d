import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { FunctionLogs } from '../../src/function-logs.js';

const start = (id: string) => `START RequestId: ${id} Version: $LATEST`;
const end = (id: string) => `END RequestId: ${id}`;

test('the lines of two invocations at once are kept apart by the ids that they name', () => {
  const logs = new FunctionLogs();
  const [one, two] = [randomUUID(), randomUUID()];
  const lines = [
    start(one),
    start(two),
    `{"requestId":"${two}"}`,
    `{"requestId":"${one}"}`,
    'whose?',
    end(two),
    end(one),
  ];
  for (const line of lines) logs.add('api', line);

  expect(logs.of(one)).toEqual([start(one), `{"requestId":"${one}"}`, end(one)]);
  expect(logs.of(two)).toEqual([start(two), `{"requestId":"${two}"}`, end(two)]);
});

test('a line without an id is of the invocation that runs alone in its function', () => {
  const logs = new FunctionLogs();
  const [one, other] = [randomUUID(), randomUUID()];
  logs.add('other', start(other));
  for (const line of ['before', start(one), 'during', end(one), 'after']) logs.add('api', line);

  expect(logs.of(one)).toEqual([start(one), 'during', end(one)]);
});

test('the report that follows the end of an invocation is one of its lines', () => {
  const logs = new FunctionLogs();
  const one = randomUUID();
  for (const line of [start(one), end(one), `REPORT RequestId: ${one}\tDuration: 1 ms`]) logs.add('api', line);

  expect(logs.of(one)).toHaveLength(3);
});

test('500 invocations of 200 lines are kept, and no more', () => {
  const logs = new FunctionLogs();
  const ids = Array.from({ length: 501 }, () => randomUUID());
  for (const id of ids) {
    logs.add('api', start(id));
    for (let line = 0; line < 300; line += 1) logs.add('api', `line ${line}`);
    logs.add('api', end(id));
  }

  expect(logs.of(ids[0] ?? '')).toEqual([]);
  expect(logs.of(ids[1] ?? '')).toHaveLength(200);
  expect(logs.of(ids[500] ?? '')).toHaveLength(200);
});
