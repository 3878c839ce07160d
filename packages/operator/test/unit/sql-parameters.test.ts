import { describe, expect, test } from 'vitest';
import type { AwsSecrets, StoredParameter } from '../../src/aws-secrets.js';
import { planParameters } from '../../src/sql-parameters.js';

const URI = 'postgresql://sql_data_source:new@db.example:5432/app';
const AUTHORITIES = '-----BEGIN CERTIFICATE-----';

/** Parameter Store in memory, with what it holds from the start. */
function parameterStore(held: Readonly<Record<string, StoredParameter>> = {}) {
  const written: [name: string, value: string, overwrite: boolean][] = [];
  const aws: Pick<AwsSecrets, 'readParameter' | 'writeParameter'> = {
    readParameter: async (name) => held[name],
    writeParameter: async (...parameter) => void written.push(parameter),
  };
  return { aws, written };
}

const secure = (value: string): StoredParameter => ({ value, isSecure: true });

async function copy(held: Readonly<Record<string, StoredParameter>>, replace = false) {
  const { aws, written } = parameterStore(held);
  const plan = await planParameters(aws, (secret) => `/${secret}`, { uri: URI, authorities: AUTHORITIES, replace });
  expect(written).toEqual([]);
  for (const parameter of plan) await parameter.write();
  return written;
}

test('writes nothing before it is asked to, then the authorities before the URI that needs them', async () => {
  expect(await copy({})).toEqual([
    ['/SQL_CERTIFICATE_AUTHORITY', AUTHORITIES, false],
    ['/SQL_CONNECTION_URI', URI, false],
  ]);
});

test('a second time writes nothing', async () => {
  expect(await copy({ '/SQL_CERTIFICATE_AUTHORITY': secure(AUTHORITIES), '/SQL_CONNECTION_URI': secure(URI) })).toEqual(
    [],
  );
});

test('a new password is written over the old one', async () => {
  const old = URI.replace('new', 'old');

  expect(await copy({ '/SQL_CERTIFICATE_AUTHORITY': secure(AUTHORITIES), '/SQL_CONNECTION_URI': secure(old) })).toEqual(
    [['/SQL_CONNECTION_URI', URI, true]],
  );
});

describe('what leads elsewhere', () => {
  const elsewhere = {
    '/SQL_CERTIFICATE_AUTHORITY': secure('-----BEGIN CERTIFICATE----- hunter2'),
    '/SQL_CONNECTION_URI': secure('postgresql://sql_data_source:hunter2@production.example:5432/app'),
  };

  test('is refused, all of it at once, without saying what it is', async () => {
    const refusal = await copy(elsewhere).catch((error: Error) => error.message);

    expect(refusal).toBe(
      'Nothing was written.\n' +
        '  /SQL_CERTIFICATE_AUTHORITY exists, and holds another authority. To replace it, add --replace.\n' +
        '  /SQL_CONNECTION_URI exists, and holds another host. To replace it, add --replace.',
    );
  });

  test('is written over when that is said', async () => {
    expect(await copy(elsewhere, true)).toEqual([
      ['/SQL_CERTIFICATE_AUTHORITY', AUTHORITIES, true],
      ['/SQL_CONNECTION_URI', URI, true],
    ]);
  });
});

test('a parameter that is not encrypted is refused, whatever is said: its password has been readable', async () => {
  await expect(copy({ '/SQL_CONNECTION_URI': { value: URI, isSecure: false } }, true)).rejects.toThrow(
    /SQL_CONNECTION_URI exists, and is not encrypted\. .* change the password, delete the parameter/,
  );
});
