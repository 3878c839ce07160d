import { expect, test } from 'vitest';
import { noActivity } from '../../../src/database/activity.js';
import { ConstraintViolationError, toDatabaseError, withUnknownOutcome } from '../../../src/database/errors.js';
import { CommittedError } from '../../../src/database/retry.js';
import { ClientError, type InputProblem } from '../../../src/graphql/client-error.js';
import type { Log } from '../../../src/graphql/log.js';
import { createResolver, type FieldResolver, type ResolverEvent } from '../../../src/graphql/resolver.js';

const CONTEXT = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 15_000 };
const ALICE = '5f3b0c1e-94a4-4c6a-9c7e-0c2f6a1b2d3e';

function event(fieldName: string, overrides: Partial<ResolverEvent> = {}): ResolverEvent {
  return {
    typeName: 'Query',
    fieldName,
    arguments: { card: '4111-secret' },
    identity: { sub: ALICE, groups: null },
    ...overrides,
  };
}

function resolverOf(fields: Record<string, FieldResolver>, constraints: Record<string, InputProblem> = {}) {
  const lines: Parameters<Log>[] = [];
  const activity = noActivity();
  const handler = createResolver({ fields, constraints, activity, log: (...line) => void lines.push(line) });
  return { handler, lines, activity };
}

test('hands the caller and the arguments to the field, and wraps what it returns', async () => {
  const { handler } = resolverOf({ echo: async ({ sub, groups }, args) => ({ sub, groups, args }) });

  expect(await handler(event('echo', { identity: { sub: ALICE, groups: ['admins'], claims: {} } }), CONTEXT)).toEqual({
    envelope: 'vpc-postgres',
    data: { sub: ALICE, groups: ['admins'], args: { card: '4111-secret' } },
  });
});

test('writes one line for each invocation: field, duration, cold or warm, connection, rows', async () => {
  const { handler, lines, activity } = resolverOf({
    rows: async () => {
      activity.connectionsOpened ||= 1;
      activity.statements += 1;
      activity.rows += 3;
    },
  });

  await handler(event('rows'), CONTEXT);
  await handler(event('rows'), CONTEXT);

  expect(lines).toMatchObject([
    ['info', 'resolved', { field: 'rows', coldStart: true, connection: 'new', rows: 3, requestId: 'request-1' }],
    ['info', 'resolved', { field: 'rows', coldStart: false, connection: 'reused', rows: 3 }],
  ]);
  expect(lines[0]?.[2].durationMillis).toBeGreaterThanOrEqual(0);
});

test('tells the client of errors that are meant for the client, with their type', async () => {
  const { handler, lines } = resolverOf({
    sell: async () => {
      throw new ClientError('SoldOut', 'No more tea.', { sku: 'TEA-1' });
    },
  });

  expect(await handler(event('sell'), CONTEXT)).toEqual({
    envelope: 'vpc-postgres',
    error: { type: 'SoldOut', message: 'No more tea.', info: { sku: 'TEA-1' } },
  });
  expect(lines).toMatchObject([['info', 'failed', { errorType: 'SoldOut' }]]);
});

test.each([
  [toDatabaseError(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })), 'DatabaseUnavailable'],
  [toDatabaseError(new Error('Query read timeout')), 'DatabaseTimeout'],
  [toDatabaseError(Object.assign(new Error('deadlock'), { code: '40P01', severity: 'ERROR' })), 'Conflict'],
  [toDatabaseError(Object.assign(new Error('check'), { code: '23514', severity: 'ERROR' })), 'ConstraintViolation'],
  [
    toDatabaseError(Object.assign(new Error('no table "secret_table"'), { code: '42P01', severity: 'ERROR' })),
    'InternalError',
  ],
  [new Error('secret_table'), 'InternalError'],
])('tells the client of %s only a type and the reference of the log line', async (failure, type) => {
  const { handler } = resolverOf({
    fail: async () => {
      throw failure;
    },
  });

  const result = await handler(event('fail'), CONTEXT);

  expect(result).toMatchObject({ error: { type, info: { requestId: 'request-1' } } });
  expect(JSON.stringify(result)).not.toContain('secret_table');
});

test.each([
  undefined,
  null,
  {},
  { sub: '' },
  { sub: 5 },
  { sub: 'alice' },
  { claims: { sub: ALICE } },
  { username: ALICE, claims: { sub: ALICE, 'custom:sub': ALICE } },
  { sub: ALICE, groups: 'admins' },
])('refuses a caller who is no user of the pool: %j', async (identity) => {
  const { handler } = resolverOf({ echo: async () => 'never' });

  expect(await handler(event('echo', { identity }), CONTEXT)).toMatchObject({ error: { type: 'Unauthenticated' } });
});

test('tells the field which constraint refused, where the domain has named it', async () => {
  const refusal = toDatabaseError(
    Object.assign(new Error('check'), { code: '23514', severity: 'ERROR', constraint: 'tea_is_hot' }),
  );
  const { handler, lines } = resolverOf(
    {
      brew: async () => {
        throw refusal;
      },
    },
    { tea_is_hot: { field: 'degrees', message: 'Expected at least 80.' } },
  );

  expect(await handler(event('brew'), CONTEXT)).toEqual({
    envelope: 'vpc-postgres',
    error: {
      type: 'InvalidInput',
      message: 'degrees: Expected at least 80.',
      info: { problems: [{ field: 'degrees', message: 'Expected at least 80.' }] },
    },
  });
  expect(lines).toMatchObject([['error', 'failed', { errorType: 'InvalidInput', constraint: 'tea_is_hot' }]]);
});

test.each([
  ['DatabaseUnavailable', withUnknownOutcome(toDatabaseError(new Error('Connection terminated unexpectedly')))],
  ['DatabaseTimeout', withUnknownOutcome(toDatabaseError(new Error('Query read timeout')))],
  ['DatabaseUnavailable', withUnknownOutcome(new ConstraintViolationError('tea_is_hot', undefined))],
  ['DatabaseUnavailable', new ConstraintViolationError('tea_is_hot', undefined, { outcomeUnknown: true })],
])('the client of a write whose outcome is unknown gets %s and outcomeUnknown', async (type, failure) => {
  const { handler, lines } = resolverOf(
    {
      brew: async () => {
        throw failure;
      },
    },
    { tea_is_hot: { field: 'degrees', message: 'Expected at least 80.' } },
  );

  expect(await handler(event('brew'), CONTEXT)).toEqual({
    envelope: 'vpc-postgres',
    error: {
      type,
      message: expect.stringContaining('might have been committed'),
      info: { requestId: 'request-1', outcomeUnknown: true },
    },
  });
  expect(lines).toMatchObject([['error', 'failed', { errorType: type, outcomeUnknown: true }]]);
});

test('gives the field a signal that aborts before Lambda would end the invocation', async () => {
  const { handler } = resolverOf({
    wait: ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve('aborted'))),
  });

  const context = { ...CONTEXT, getRemainingTimeInMillis: () => 510 };
  expect(await handler(event('wait'), context)).toEqual({ envelope: 'vpc-postgres', data: 'aborted' });
});

test.each(['unknown', 'constructor', '__proto__', 'toString'])(
  'has no resolver for the field %s',
  async (fieldName) => {
    const { handler } = resolverOf({});

    expect(await handler(event(fieldName), CONTEXT)).toMatchObject({ error: { type: 'InternalError' } });
  },
);

test('never logs arguments', async () => {
  const { handler, lines } = resolverOf({
    sell: async () => {
      throw new ClientError('SoldOut', 'No card 4111-secret.');
    },
  });

  await handler(event('sell'), CONTEXT);

  expect(JSON.stringify(lines)).not.toContain('4111-secret');
});

test('a field never sees text that PostgreSQL cannot store, and the log line is no error', async () => {
  const { handler, lines } = resolverOf({ echo: async () => 'never' });

  const args = { note: 'a\ud800b', lines: [{ sku: 'a\0b' }] };
  expect(await handler(event('echo', { arguments: args }), CONTEXT)).toMatchObject({
    error: { type: 'InvalidInput', info: { problems: [{ field: 'note' }, { field: 'lines[0].sku' }] } },
  });
  expect(lines).toMatchObject([['info', 'failed', { errorType: 'InvalidInput' }]]);
});

test('the client of a transaction that was committed learns that it was, and the log has what failed after it', async () => {
  const { handler, lines } = resolverOf({
    brew: async () => {
      throw new CommittedError(toDatabaseError(new Error('Query read timeout')));
    },
  });

  expect(await handler(event('brew'), CONTEXT)).toEqual({
    envelope: 'vpc-postgres',
    error: {
      type: 'InternalError',
      message: 'Your change was stored, and something went wrong on our side after it. Do not send it again.',
      info: { requestId: 'request-1' },
    },
  });
  expect(lines).toMatchObject([['error', 'failed', { error: 'DatabaseTimeoutError', committed: true }]]);
});
