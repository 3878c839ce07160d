import { setImmediate as turn } from 'node:timers/promises';
import { exhaustive } from '@vpc-postgres/testing/support/exhaustive.js';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { describeRefusal } from '../../../src/aws/answer.js';
import { openReader, type Reader, type ReaderOptions } from '../../../src/aws/reader.js';
import { ec2Error, type StubAnswer, type StubAws, type StubRequest, startStubAws, vpcPage } from './stub-aws.js';

const credentials = { accessKeyId: 'anybody', secretAccessKey: 'anything' };

let aws: StubAws | undefined;
let reader: Reader<'ec2:DescribeVpcs'> | undefined;

async function open(
  answer: (request: StubRequest, count: number) => StubAnswer,
  options: Partial<ReaderOptions> = {},
): Promise<Reader<'ec2:DescribeVpcs'>> {
  aws = await startStubAws(answer);
  reader = openReader(['ec2:DescribeVpcs'], { region: 'eu-west-1', endpoint: aws.url, credentials, ...options });
  return reader;
}

afterEach(async () => {
  reader?.close();
  await aws?.close();
});

test('a list has the items of every page', async () => {
  const pages = await open(({ parameters }) => {
    const page = Number(parameters.get('NextToken') ?? 0);
    const ids = Array.from({ length: 100 }, (_, index) => `vpc-${page}-${index}`);
    return { body: vpcPage(ids, page < 2 ? String(page + 1) : undefined) };
  });

  const answer = await pages.read('ec2:DescribeVpcs', {});

  expect(answer.ok && answer.value.length).toBe(300);
  expect(answer.ok && answer.value.at(-1)?.VpcId).toBe('vpc-2-99');
  expect(aws?.requests.map(({ parameters }) => parameters.get('NextToken'))).toEqual([null, '1', '2']);
});

test('a page that names itself as the next one ends the list', async () => {
  const endless = await open(() => ({ body: vpcPage(['vpc-1'], 'again') }));

  expect(await endless.read('ec2:DescribeVpcs', {})).toMatchObject({ ok: true });
  expect(aws?.requests).toHaveLength(2);
});

describe('what AWS throttles', () => {
  const STEP_MILLIS = 100;
  afterEach(() => vi.useRealTimers());

  /** The SDK waits by a clock that goes on by itself from the first request on; only the connection is in real time. */
  async function readWithoutWaiting(throttled: Reader<'ec2:DescribeVpcs'>) {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    const startedAt = Date.now();
    let isOver = false;
    const answer = throttled.read('ec2:DescribeVpcs', {}).finally(() => {
      isOver = true;
    });
    while (!isOver) {
      await turn();
      if (aws?.requests.length) await vi.advanceTimersByTimeAsync(STEP_MILLIS);
    }
    return { answer: await answer, millis: Date.now() - startedAt };
  }

  test('is asked again, after a while', async () => {
    const throttled = await open((_, count) =>
      count < 3 ? { status: 503, body: ec2Error('RequestLimitExceeded') } : { body: vpcPage(['vpc-1']) },
    );

    const { answer, millis } = await readWithoutWaiting(throttled);

    expect(answer).toMatchObject({ ok: true, value: [{ VpcId: 'vpc-1' }] });
    expect(aws?.requests).toHaveLength(3);
    expect(millis).toBeGreaterThan(1_000);
  });

  test('and goes on throttling is a value that says so, after five requests', async () => {
    const throttled = await open(() => ({ status: 503, body: ec2Error('RequestLimitExceeded') }));

    const { answer, millis } = await readWithoutWaiting(throttled);

    expect(answer).toMatchObject({ ok: false, refusal: { reason: 'throttled' } });
    expect(aws?.requests).toHaveLength(5);
    expect(millis).toBeGreaterThan(4_000);
  });

  test.runIf(exhaustive)(
    'is reported within the time there is, by the clock on the wall',
    async () => {
      const throttled = await open(() => ({ status: 503, body: ec2Error('RequestLimitExceeded') }), {
        budgetMillis: 20_000,
      });

      const answer = await throttled.read('ec2:DescribeVpcs', {});

      expect(answer).toMatchObject({ ok: false, refusal: { reason: 'throttled' } });
      expect(aws?.requests).toHaveLength(5);
    },
    30_000,
  );
});

test.each([
  ['UnauthorizedOperation', 'not permitted: ec2:DescribeVpcs'],
  ['AccessDenied', 'not permitted: ec2:DescribeVpcs'],
  ['OptInRequired', 'region is off: ec2:DescribeVpcs'],
  ['AuthFailure', 'not signed in: ec2:DescribeVpcs'],
  ['InvalidVpcID.NotFound', 'not found: ec2:DescribeVpcs'],
  ['InvalidParameterValue', 'ec2:DescribeVpcs failed: Refused.'],
])('%s is a value: %s', async (code, description) => {
  const refusing = await open(() => ({ status: 403, body: ec2Error(code) }));

  const answer = await refusing.read('ec2:DescribeVpcs', {});

  expect(answer.ok === false && describeRefusal(answer.refusal)).toBe(description);
});

test('nothing is waited for after the time is up, nor asked', async () => {
  const silent = await open(() => ({ body: vpcPage([]), delayMillis: 60_000 }), { budgetMillis: 200 });

  const started = Date.now();
  const late = await silent.read('ec2:DescribeVpcs', {});
  const asked = aws?.requests.length;
  const tooLate = await silent.read('ec2:DescribeVpcs', {});

  expect(Date.now() - started).toBeLessThan(2_000);
  expect([late, tooLate]).toEqual([
    { ok: false, refusal: expect.objectContaining({ reason: 'no answer in time' }) },
    { ok: false, refusal: expect.objectContaining({ reason: 'no answer in time' }) },
  ]);
  expect(aws?.requests.length).toBe(asked);
});

test('a read that the command has not declared is rejected before AWS is asked', async () => {
  const narrow = (await open(() => ({ body: vpcPage([]) }))) as Reader;

  await expect(narrow.read('ec2:DescribeSubnets', {})).rejects.toThrow('ec2:DescribeSubnets is not among the reads');
  expect(aws?.requests).toEqual([]);
});

test('progress counts what was asked and answered', async () => {
  const seen: unknown[] = [];
  const watched = await open(() => ({ body: vpcPage([]) }), { onProgress: (progress) => seen.push(progress) });

  await watched.read('ec2:DescribeVpcs', {});
  await watched.in('us-east-1').read('ec2:DescribeVpcs', {});

  expect(seen).toEqual([
    { asked: 1, answered: 1 },
    { asked: 2, answered: 2 },
  ]);
});
