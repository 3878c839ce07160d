/** The token of packages/lambda/src/database against that of @aws-sdk/rds-signer, for everything that goes into one. */
import { Signer } from '@aws-sdk/rds-signer';
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { signIamToken } from '../../../src/database/iam-token.js';

/** Everything that goes into a token, odd user names above all. */
const anything = fc.record({
  subject: fc.record({
    host: fc.oneof(fc.domain(), fc.constant('orders.proxy-c1d2e3f4g5h6.eu-west-1.rds.amazonaws.com')),
    port: fc.integer({ min: 1, max: 65_535 }),
    user: fc.oneof(
      fc.string({ minLength: 1, maxLength: 63 }),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
      fc.constantFrom('app', 'a b', 'a+b', 'a/b', "o'brien", 'a&b=c', '100%', 'a*(b)!~_.-', 'größe', '用户', '😀'),
    ),
    region: fc.constantFrom('eu-west-1', 'us-east-1', 'ap-southeast-4', 'us-gov-west-1', 'cn-north-1', 'me-central-1'),
  }),
  credentials: fc.record({
    accessKeyId: fc.stringMatching(/^(AKIA|ASIA)[A-Z2-7]{16}$/),
    secretAccessKey: fc.string({ minLength: 1, maxLength: 60 }),
    sessionToken: fc.option(fc.oneof(fc.base64String({ minLength: 4, maxLength: 900 }), fc.string({ minLength: 1 })), {
      nil: undefined,
    }),
  }),
  now: fc.date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }),
});

const parametersOf = (token: string) => {
  const [authority, query = ''] = token.split('/?');
  return { authority, parameters: query.split('&').toSorted() };
};

/** @param count how many random tokens to compare with those of AWS's own signer */
export function describeGoldenTokens(count: number): void {
  afterEach(() => {
    vi.useRealTimers();
  });

  test(`${count} tokens are those of AWS’s own signer, parameter by parameter`, async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    await fc.assert(
      fc.asyncProperty(anything, async ({ subject, credentials, now }) => {
        vi.setSystemTime(now);
        const { host, port, user, region } = subject;
        const signer = new Signer({
          hostname: host,
          port,
          username: user,
          region,
          credentials: { ...credentials, ...(credentials.sessionToken ? {} : { sessionToken: undefined }) } as never,
        });

        expect(parametersOf(signIamToken(subject, credentials, now))).toEqual(
          parametersOf(await signer.getAuthToken()),
        );
      }),
      { numRuns: count },
    );
  }, 120_000);
}
