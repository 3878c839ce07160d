import { expectAnswers } from '@vpc-postgres/local-stack/expect-answers.js';
import type { LocalApp } from '@vpc-postgres/local-stack/local-app.js';
import { localApp } from '@vpc-postgres/testing/app/local.config.js';
import { exhaustive } from '@vpc-postgres/testing/support/exhaustive.js';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { FAULTLESS, FAULTY, makeApp } from './app-with-faults.js';

async function reportOf(app: LocalApp): Promise<string> {
  return expectAnswers(app).then(
    () => '',
    (error: Error) => error.message,
  );
}

// The app has the same of itself in its own tests: test/api.test.ts.
test.runIf(exhaustive)('an app whose every operation answers, or refuses with a type, passes', async () => {
  expect(await expectAnswers(localApp)).toBeUndefined();
});

describe('a fault is reported with the request, what was found and the fix:', () => {
  let report: string;
  beforeAll(async () => {
    const app = makeApp(FAULTY);
    report = await reportOf({ ...app, operations: [], oneLineQuery: '{ __typename }' });
    app.remove();
  });

  test.each([
    [
      'a function that throws',
      /^ {2}throws, as alice, and 1 more\n {4}got {7}Lambda:Unhandled: x is not a function\n/m,
    ],
    ['an internal error', /^ {2}internal, as alice.*\n {4}got {7}InternalError: Something went wrong\.\n/m],
    [
      'a message that shows the inside of the server',
      /^ {2}leaks, as alice.*\n {4}got {7}NotFound: relation "invoices" does not exist\n {4}expected .*\n {4}fix .*without the inside/m,
    ],
    [
      'a result of another type',
      /^ {2}wrongDate, as alice.*\n {4}got {7}an error without errorType: Can't serialize value .*\n/m,
    ],
    [
      'null where the schema has none',
      /^ {2}nothing, as alice.*\n {4}got {7}an error without errorType: Cannot return null for non-nullable type/m,
    ],
    ['one that only a group meets', /^ {2}forAccounting, as a user of accounting\n.*only accounting comes here/m],
    ['one that only the API key meets', /^ {2}withKey, as a caller with the API key\n.*only a key comes here/m],
    [
      'one that only a user of the identity pool meets',
      /^ {2}withIdentity, as a user of the identity pool\n.*local identities come here/m,
    ],
    [
      'one that only a guest of the identity pool meets',
      /^ {2}asGuest, as a guest of the identity pool\n.*only guests come here/m,
    ],
    ['one with an optional argument', /^ {2}givenOptional with every argument, as alice/m],
    ['one without an optional argument', /^ {2}leftOut with required arguments only, as alice/m],
    ['one with null', /^ {2}nullNote with null for what is optional, as alice/m],
    ['one with an unusual value', /^ {2}large with unusual values, as alice.*\n.*cannot read 2147483647/m],
    ['one with an enum in a list', /^ {2}manyColors with every argument, as alice.*\n.*cannot read RED/m],
  ])('%s', (_, text) => {
    expect(report).toMatch(text);
  });

  test('all at once, and nothing that is not one', () => {
    expect(report).toMatch(/^14 problems of the API\.\n\n/);
    expect(report).not.toMatch(/anonymous/);
  });

  test('with the log of the function, and the fix for what is wrong', () => {
    expect(report).toMatch(/^ {2}wrongDate(?:.*\n){3} {4}fix {7}return what the field’s type/m);
    expect(report).toMatch(/^ {2}internal(?:.*\n){4} {4}log {7}plain: .*the cause in the log/m);
  });
});

describe('local.config.ts', () => {
  let app: ReturnType<typeof makeApp> | undefined;
  afterEach(() => app?.remove());

  test('passes, whatever the types of the schema’s arguments are', async () => {
    app = makeApp(FAULTLESS);

    expect(await reportOf(app)).toBe('');
  });

  test('fails with each request that is not answered, and each name that is there twice', async () => {
    app = makeApp(FAULTLESS);
    const report = await reportOf({
      ...app,
      users: [...app.users, ...app.users],
      operations: [
        ...app.operations,
        ...app.operations,
        { name: 'Unknown', note: '', query: '{ gone }' },
        { name: 'Forbidden', note: '', query: '{ ofAccounting }' },
      ],
      newData: [{ username: 'alice', request: { query: '{ refused }' } }],
      roundTrip: {
        username: 'alice',
        write: { field: 'everything', request: { query: EVERYTHING } },
        read: {
          field: 'everything',
          request: () => ({ query: EVERYTHING.replace('{ name }', '{ name again { name } }') }),
        },
      },
      oneLineQuery: '{ refused(by: "x") }',
    });

    expect(report).toMatch(
      /^ {2}local\.config\.ts: operation 'Unknown'(?:.*\n){3} {4}fix {7}correct the request, or remove it/m,
    );
    expect(
      report
        .split('\n\n')
        .slice(1)
        .map((entry) =>
          entry
            .split('\n')
            .slice(0, 2)
            .map((line) => line.trim().replace(/^got +/, '')),
        ),
    ).toEqual([
      ['local.config.ts: users', 'more than one user alice'],
      ['local.config.ts: operations', "more than one operation 'Refused'"],
      ['local.config.ts: oneLineQuery', '{ refused(by: "x") }'],
      ['local.config.ts: roundTrip.read', 'another row than the one that was written'],
      ['local.config.ts: newData[0]', 'InvoiceNotFound: You have no such invoice.'],
      ['local.config.ts: oneLineQuery', expect.stringMatching(/Unknown field argument|by/)],
      [
        expect.stringMatching(/^local\.config\.ts: operation 'Unknown', as alice/),
        expect.stringMatching(/^an error without errorType: .*gone/),
      ],
      ["local.config.ts: operation 'Forbidden'", expect.stringMatching(/^Unauthorized: .*, for every user$/)],
    ]);
  });
});

const EVERYTHING = `{ everything(
  id: "1", text: "", int: 1, float: 1, boolean: true, date: "2026-12-24", time: "12:30", dateTime: "2026-12-24T12:30Z", timestamp: 1,
  email: "a@example.com", url: "https://example.com", phone: "+12025550123", ip: "192.0.2.1", json: "1", color: RED, list: [[1]],
  tree: { name: "x" }
) { name } }`;
