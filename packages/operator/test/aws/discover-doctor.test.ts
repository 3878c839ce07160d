import type { DatabaseSettings } from '@vpc-postgres/backend/configuration/database-settings.js';
import type { Environment } from '@vpc-postgres/backend/configuration/environment.js';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { openReader } from '../../src/aws/reader.js';
import { choose } from '../../src/discover/choose.js';
import { DISCOVER_READS } from '../../src/discover/discover-reads.js';
import { propose } from '../../src/discover/propose.js';
import { readAccount } from '../../src/discover/read-account.js';
import { DOCTOR_READS } from '../../src/doctor/doctor-reads.js';
import { examine } from '../../src/doctor/examine.js';
import { signIn } from './accounts.js';
import { buildAccount, openClients } from './doctor/build-account.js';
import { SHAPES, type Shape } from './doctor/recipe.js';
import { standIn } from './doctor/what-moto-lacks.js';
import { account, region } from './environments.js';
import { type Moto, startMoto } from './moto.js';
import { openRecordingEndpoint } from './recording-endpoint.js';

const motoServer = inject('motoServer');

const SHAPE: Shape = 'an existing proxy, before the first deployment';

describe.skipIf(motoServer === undefined)('discover', () => {
  let moto: Moto;

  beforeAll(async () => {
    moto = await startMoto(motoServer ?? '');
  });
  afterAll(() => moto?.stop());

  test('proposes an environment that the doctor finds nothing wrong with', async () => {
    const access = await signIn(account, moto.url, region);
    const built = await buildAccount(openClients(access), account, region, SHAPES[SHAPE]);
    const endpoint = await openRecordingEndpoint(moto.url);
    standIn(endpoint, built, SHAPES[SHAPE], {});
    const options = { region, endpoint: endpoint.url, credentials: access.credentials, budgetMillis: 120_000 };
    const reader = openReader([...DISCOVER_READS, ...DOCTOR_READS], options);
    const found = await readAccount(reader);
    const choice = await choose(
      found,
      { environment: 'main', databaseName: 'app', yes: false, json: false },
      undefined,
      undefined,
    );

    const { environment: proposed, notes } = propose(found, choice, 'main', undefined);

    expect(notes).toEqual([]);
    // Only what discover has no opinion on is from elsewhere: the migrator, and the limits.
    const environment = {
      ...built.environment,
      ...proposed,
      database: {
        migrator: built.environment.database.migrator,
        ...(proposed.database as unknown as DatabaseSettings),
      },
    } as unknown as Environment;
    const { groups, summary } = await examine(reader, {
      environment,
      deployment: { environment: 'main' },
      now: new Date('2026-11-27T00:00:00Z'),
      installed: { '@aws-amplify/backend-cli': '1.10.0', '@aws-cdk/toolkit-lib': '1.43.0', graphql: '15.11.0' },
    });
    reader.close();
    await endpoint.close();
    expect(groups.flatMap(({ checks }) => checks).filter(({ status }) => !['ok', 'skipped'].includes(status))).toEqual(
      [],
    );
    expect(summary.ok).toBeGreaterThan(20);
  });
});
