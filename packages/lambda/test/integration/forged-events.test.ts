/**
 * Somebody who may invoke the function passes AppSync by: an event of their own making, with whatever for an identity. Only
 * IAM keeps them from it (docs/security.md), and what they get here is what they would get in AWS.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { subOf } from '@vpc-postgres/local-stack/cognito/user-pool.js';
import { buildFunctions, type LocalFunctions } from '@vpc-postgres/local-stack/functions.js';
import { defineTestFunction } from '@vpc-postgres/testing/support/function-definition.js';
import { startTestStack, type TestStack } from '@vpc-postgres/testing/support/local-stack.js';
import { ARGUMENT_CANARY } from '@vpc-postgres/testing/support/secrets/search.js';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const PROJECT = join(import.meta.dirname, '../../../testing/app');

let stack: TestStack;
let superuser: pg.Client;
let functions: LocalFunctions;
let directory: string;
const log: string[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'forged-events-'));
  stack = await startTestStack();
  superuser = await stack.connectSuperuser();
  functions = await buildFunctions({
    definitions: { 'orders-api': defineTestFunction(PROJECT, 'orders-api') },
    directory,
    projectDirectory: PROJECT,
    watch: false,
    maxEnvironments: 1,
    onBuild: () => {},
    onLog: () => {},
    onLogStream: (_, line) => log.push(line),
  });
  functions.start(stack.access);
  await stack.ask('bob', CREATE, { sku: 'TEA' });
});
afterAll(async () => {
  await functions?.stop();
  await functions?.dispose();
  await superuser?.end();
  await stack?.stop();
  await rm(directory, { recursive: true });
});

const CREATE = `mutation ($sku: String!) {
  createOrder(currency: "EUR", lines: [{ sku: $sku, quantity: 1, unitPriceCents: 1 }]) { id } }`;
const ALICE = { sub: subOf('alice'), groups: null };
const ORDER = { currency: 'EUR', lines: [{ sku: ARGUMENT_CANARY, quantity: 1, unitPriceCents: 1 }] };

interface Envelope {
  data?: unknown;
  error?: { type: string; message: string; info?: unknown };
}

async function invoke(event: unknown): Promise<Envelope> {
  return (await functions.invoke('orders-api', event)).payload as Envelope;
}

const create = (identity: unknown) => ({ typeName: 'Mutation', fieldName: 'createOrder', arguments: ORDER, identity });

async function rowCount(): Promise<number> {
  const { rows } = await superuser.query<{ count: number }>('select count(*)::int as count from orders');
  return rows[0]?.count ?? Number.NaN;
}

/** As it would come over the wire: JSON has a `__proto__`, which an object literal has not. */
const wire = (text: string): unknown => JSON.parse(text);

describe('an identity that no user pool gives is refused, writes nothing, and ends nothing', () => {
  test.each<[string, unknown]>([
    ['none', undefined],
    ['null', null],
    ['true', true],
    ['a number', 7],
    ['a text', 'alice'],
    ['the sub as a text', ALICE.sub],
    ['a list', [ALICE]],
    ['nothing in it', {}],
    ['no sub', { username: 'alice', groups: ['admins'] }],
    ['a sub in the claims only', { claims: ALICE }],
    ['an empty sub', { ...ALICE, sub: '' }],
    ['a user name for the sub', { ...ALICE, sub: 'alice' }],
    ['a sub with a quote', { ...ALICE, sub: `${ALICE.sub}' or '1'='1` }],
    ['a sub with a line break', { ...ALICE, sub: `${ALICE.sub}\n` }],
    ['a sub with a zero byte', { ...ALICE, sub: `${ALICE.sub}\0` }],
    ['a sub in braces', { ...ALICE, sub: `{${ALICE.sub}}` }],
    ['a list of subs', { ...ALICE, sub: [ALICE.sub] }],
    ['an object for the sub', { ...ALICE, sub: { toString: ALICE.sub } }],
    ['a sub in the prototype', wire(`{"__proto__": {"sub": "${ALICE.sub}"}}`)],
    ['a sub in the constructor', wire(`{"constructor": {"prototype": {"sub": "${ALICE.sub}"}}}`)],
    ['one group as a text', { ...ALICE, groups: 'admins' }],
    ['groups as an object', { ...ALICE, groups: { 0: 'admins', length: 1 } }],
    ['a group that is a number', { ...ALICE, groups: [1] }],
    ['a group that is a list', { ...ALICE, groups: [['admins']] }],
    ['a group that is null', { ...ALICE, groups: [null] }],
    ['an empty group', { ...ALICE, groups: [''] }],
    ['a group with a zero byte', { ...ALICE, groups: ['admins\0'] }],
    ['a group with a lone surrogate, which would become another group', { ...ALICE, groups: ['admins\ud800'] }],
    ['a group of 129 characters', { ...ALICE, groups: ['a'.repeat(129)] }],
    [
      'what IAM callers have',
      { accountId: '1', userArn: 'arn:aws:iam::1:user/x', username: 'x', cognitoIdentityId: null },
    ],
  ])('%s', async (_, identity) => {
    const before = await rowCount();

    const answer = await invoke(create(identity));

    expect(answer).toMatchObject({ error: { type: 'Unauthenticated' } });
    expect(await rowCount()).toBe(before);
  });
});

describe('a field that there is not, or not so, is refused', () => {
  test.each<[string, unknown]>([
    ['an unknown field', { ...create(ALICE), fieldName: 'dropOrders' }],
    ['a method of every object', { ...create(ALICE), fieldName: 'constructor' }],
    ['the prototype', { ...create(ALICE), fieldName: '__proto__' }],
    ['a list of fields', { ...create(ALICE), fieldName: ['dropOrders'] }],
    ['no field', { typeName: 'Mutation', arguments: ORDER, identity: ALICE }],
    ['no arguments', { ...create(ALICE), arguments: undefined }],
    ['null for arguments', { ...create(ALICE), arguments: null }],
    ['a text for arguments', { ...create(ALICE), arguments: ARGUMENT_CANARY }],
    ['a list for arguments', { ...create(ALICE), arguments: [ORDER] }],
    ['arguments in the prototype', { ...create(ALICE), arguments: wire(`{"__proto__": ${JSON.stringify(ORDER)}}`) }],
    ['an empty event', {}],
    ['a list of events', [create(ALICE)]],
  ])('%s', async (_, event) => {
    const before = await rowCount();

    const answer = await invoke(event);

    expect(['InvalidInput', 'InternalError', 'Unauthenticated']).toContain(answer.error?.type);
    expect(await rowCount()).toBe(before);
  });

  test('and the function serves on, in the same environment', async () => {
    expect(await invoke({ ...create(ALICE), fieldName: 'listOrders', arguments: {} })).toMatchObject({ data: {} });
    expect(functions.statistics()['orders-api']).toMatchObject({ coldStarts: 1, errors: 0 });
  });
});

describe('an identity that is one', () => {
  test('is decided by nothing else in the event', async () => {
    const bob = { sub: subOf('bob'), groups: ['admins'] };
    const event = {
      ...create({ ...ALICE, claims: { ...bob, 'cognito:groups': ['admins'] }, username: 'bob' }),
      fieldName: 'listOrders',
      arguments: { identity: bob, sub: bob.sub },
      request: { headers: { authorization: 'x', identity: JSON.stringify(bob) } },
      source: { identity: bob },
      prev: { result: { identity: bob } },
    };

    expect(await invoke(event)).toMatchObject({ data: { items: [], nextToken: null } });
  });

  test('gets a group’s field only with the group: PostgreSQL shows the totals to nobody else', async () => {
    const totals = (identity: unknown) =>
      invoke({ typeName: 'Query', fieldName: 'orderTotals', arguments: {}, identity });

    expect(JSON.stringify(await totals(ALICE))).not.toContain('EUR');
    expect(await totals({ ...ALICE, groups: ['admins'] })).toMatchObject({ data: [{ currency: 'EUR' }] });
  });
});

test('the log tells that each was refused, and holds no argument, no group and no sub', () => {
  const text = log.join('\n');

  expect(text.match(/"errorType":"Unauthenticated"/g)?.length).toBeGreaterThan(25);
  for (const told of [ARGUMENT_CANARY, 'admins', ALICE.sub]) expect(text).not.toContain(told);
});
