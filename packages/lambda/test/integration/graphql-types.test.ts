/** Columns of PostgreSQL as fields of Amplify's types: from the database through Lambda and AppSync to the client, and back. */
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { a } from '@aws-amplify/data-schema';
import { localApp } from '@vpc-postgres/testing/app/local.config.js';
import { startTestStack, type TestStack } from '@vpc-postgres/testing/support/local-stack.js';
import { writeAmplifyApp } from '@vpc-postgres/testing/support/write-amplify-app.js';
import { afterAll, beforeAll, expect, test } from 'vitest';

const SRC = join(import.meta.dirname, '../../src');

const MIGRATION = `
  create type mood as enum ('GOOD', 'BAD');
  create table samples (
    id uuid primary key,
    owner_sub uuid not null default identity.sub(),
    day date not null, days date[] not null,
    clock time not null, zoned_clock timetz not null,
    instant timestamptz not null, stamp timestamp not null,
    small int4 not null, big bigint not null, amount numeric(20, 2) not null, ratio float8 not null,
    amounts numeric[] not null,
    flag boolean not null, mood mood not null, moods mood[] not null,
    document jsonb not null, pause interval not null, picture bytea not null,
    empty date
  );
  alter table samples enable row level security, force row level security;
  create policy own_samples on samples to app
    using (owner_sub = (select identity.sub())) with check (owner_sub = (select identity.sub()));
  grant select, insert on samples to app;`;

const HANDLER = `
  import { createDatabase } from '${SRC}/database/database.js';
  import { readDatabaseSettings } from '${SRC}/database/settings.js';
  import { createResolver } from '${SRC}/graphql/resolver.js';

  const database = createDatabase(readDatabaseSettings(process.env), { applicationName: 'samples', onIdleError: () => {} });
  const fields = {
    addSample: async (caller, { id, day, days, clock, zonedClock, instant, stamp, big, exactAmount, document }) => {
      const [sample] = await database.query(
        caller,
        \`insert into samples (id, day, days, clock, zoned_clock, instant, stamp, small, big, amount, ratio, amounts, flag,
                              mood, moods, document, pause, picture)
         values ($1, $2, $3, $4, $5, $6, $7, 7, $8, $9, 0.1, array[$9::numeric, null], true,
                 'GOOD', '{GOOD,BAD}', $10, '90 minutes', '\\\\x00ff')
         returning *, zoned_clock as "zonedClock", amount as "exactAmount", moods::text[] as moods, big as "exactBig"\`,
        [id, day, days, clock, zonedClock, instant, stamp, big, exactAmount, JSON.stringify(document)],
      );
      return { ...sample, picture: sample.picture.toString('base64') };
    },
    misfits: async (caller) => {
      const [row] = await database.query(
        caller,
        "select 'infinity'::date as day, 'infinity'::timestamptz as instant, 9007199254740993 as whole, 'NaN'::numeric as ratio",
      );
      return row;
    },
  };
  export const handler = createResolver({ fields, activity: database.activity, log: () => {} });`;

const sampleFields = {
  id: a.id().required(),
  day: a.date().required(),
  days: a.date().required().array().required(),
  clock: a.time().required(),
  zonedClock: a.time().required(),
  instant: a.datetime().required(),
  stamp: a.datetime().required(),
  big: a.integer().required(),
  exactAmount: a.string().required(),
  document: a.json().required(),
};

const schema = a.schema({
  Mood: a.enum(['GOOD', 'BAD']),
  Sample: a.customType({
    ...sampleFields,
    small: a.integer().required(),
    exactBig: a.string().required(),
    amount: a.float().required(),
    ratio: a.float().required(),
    amounts: a.float().array().required(),
    flag: a.boolean().required(),
    mood: a.ref('Mood').required(),
    moods: a.ref('Mood').array().required(),
    pause: a.string().required(),
    picture: a.string().required(),
    empty: a.date(),
  }),
  Misfits: a.customType({ day: a.date(), instant: a.datetime(), whole: a.integer(), ratio: a.float() }),
  addSample: a
    .mutation()
    .arguments(sampleFields)
    .returns(a.ref('Sample').required())
    .authorization((allow) => [allow.authenticated()])
    .handler(a.handler.function('samples')),
  misfits: a
    .query()
    .returns(a.ref('Misfits'))
    .authorization((allow) => [allow.authenticated()])
    .handler(a.handler.function('samples')),
});

let project: string;
let stack: TestStack;

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'graphql-types-'));
  const write = async (path: string, text: string) => {
    await mkdir(join(project, path, '..'), { recursive: true });
    await writeFile(join(project, path), text);
  };
  const identity = '0000-identity.sql';
  await cp(join(localApp.migrationsFolder, identity), join(project, 'src/migrations', identity), { recursive: true });
  await write('src/migrations/0001-samples.sql', MIGRATION);
  writeAmplifyApp(project, { sdl: schema.transform().schema, functions: { samples: true }, groups: ['admins'] });
  await write('amplify/functions/samples/handler.ts', HANDLER);
  stack = await startTestStack({
    app: { ...localApp, projectDirectory: project, migrationsFolder: join(project, 'src/migrations') },
  });
});
afterAll(async () => {
  await stack?.stop();
  await rm(project, { recursive: true, force: true });
});

const SENT = {
  id: '6f1c2d3e-0000-4000-8000-00000000000a',
  day: '2026-12-24',
  days: ['2026-12-24', '2027-01-01'],
  clock: '10:11:12.345',
  zonedClock: '10:11:12+02:00',
  instant: '2026-12-24T10:11:12.345678+01:00',
  stamp: '2026-12-24T10:11:12Z',
  big: 2147483647,
  exactAmount: '123456789012345678.90',
  document: '{"lines":[1,{"sku":"é"}]}',
};

test('a row of PostgreSQL is a value of GraphQL as it is, and what the client sends is a value of PostgreSQL', async () => {
  const { data, errors } = await stack.ask(
    'alice',
    `mutation ($id: ID!, $day: AWSDate!, $days: [AWSDate!]!, $clock: AWSTime!, $zonedClock: AWSTime!, $instant: AWSDateTime!,
               $stamp: AWSDateTime!, $big: Int!, $exactAmount: String!, $document: AWSJSON!) {
       addSample(id: $id, day: $day, days: $days, clock: $clock, zonedClock: $zonedClock, instant: $instant, stamp: $stamp,
                 big: $big, exactAmount: $exactAmount, document: $document) {
         id day days clock zonedClock instant stamp small big exactBig amount exactAmount ratio amounts flag mood moods
         document pause picture empty
       }
     }`,
    SENT,
  );

  expect(errors).toEqual([]);
  expect(data?.addSample).toEqual({
    id: SENT.id,
    day: '2026-12-24',
    days: ['2026-12-24', '2027-01-01'],
    clock: '10:11:12.345',
    zonedClock: '10:11:12+02:00',
    instant: '2026-12-24T09:11:12.345678Z',
    stamp: '2026-12-24T10:11:12.000000Z',
    small: 7,
    big: 2147483647,
    exactBig: '2147483647',
    // A Float has the digits of a double.
    amount: 123456789012345680,
    exactAmount: '123456789012345678.90',
    ratio: 0.1,
    amounts: [123456789012345680, null],
    flag: true,
    mood: 'GOOD',
    moods: ['GOOD', 'BAD'],
    document: expect.any(String),
    pause: '01:30:00',
    picture: 'AP8=',
    empty: null,
  });
  const { document } = (data?.addSample ?? {}) as { document?: string };
  expect(JSON.parse(document ?? '')).toEqual(JSON.parse(SENT.document));
});

test('what no scalar of GraphQL holds is an error at its field, and not another value', async () => {
  const { data, errors } = await stack.ask('alice', '{ misfits { day instant whole ratio } }');

  expect(data?.misfits).toEqual({ day: null, instant: null, whole: null, ratio: null });
  expect(errors).toMatchObject([
    { path: ['misfits', 'day'], message: expect.stringContaining('Unable to serialize `infinity` as a valid Date') },
    {
      path: ['misfits', 'instant'],
      message: expect.stringContaining('Unable to serialize `infinity` as a valid DateTime'),
    },
    { path: ['misfits', 'whole'] },
    { path: ['misfits', 'ratio'] },
  ]);
});
