import { type ExecFileException, execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { exhaustive, sample } from '@vpc-postgres/testing/support/exhaustive.js';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { AdvisoriesUnavailableError, findAdvisories, remedyOf } from '../../../src/shipped/advisories.js';
import type { ShippedPackage } from '../../../src/shipped/shipped-packages.js';

/** The real npm, against a registry of the test's own. */
const PROJECT = join(import.meta.dirname, '../../../../testing/app');
const BULK = '/-/npm/v1/security/advisories/bulk';

const ADVISORY = {
  id: 1_100_000,
  url: 'https://github.com/advisories/GHSA-xxxx-xxxx-xxxx',
  title: 'SQL injection by a made-up way',
  severity: 'critical',
  vulnerable_versions: '<99.0.1',
  cwe: ['CWE-89'],
  cvss: { score: 9.8, vectorString: null },
};

interface Registry {
  url: string;
  asked: Record<string, string[]>;
  stop(): Promise<void>;
}

/** Instead of a package: as mirrors are that serve packages and nothing else. */
const NO_ADVISORIES = undefined;

/** @param against the package that has an advisory */
async function startRegistry(against: string | typeof NO_ADVISORIES): Promise<Registry> {
  const asked: Record<string, string[]> = {};
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    response.setHeader('content-type', 'application/json');
    if (request.url === BULK && against === NO_ADVISORIES) {
      response.writeHead(405).end();
    } else if (request.url === BULK) {
      const text = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
      Object.assign(asked, JSON.parse(text.toString()));
      response.end(JSON.stringify({ [String(against)]: [ADVISORY] }));
    } else if (request.url === `/${against}`) {
      response.end(JSON.stringify({ name: against, 'dist-tags': {}, versions: {} }));
    } else {
      response.writeHead(404).end('{}');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

let cache: string;
let smallProject: string;
let registry: Registry | undefined;
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'audit-cache-'));
  vi.stubEnv('npm_config_cache', cache);
  smallProject = await createSmallProject();
});
afterEach(() => registry?.stop());
afterAll(async () => {
  vi.unstubAllEnvs();
  for (const folder of [cache, smallProject]) await rm(folder, { recursive: true, force: true });
});

function audit(environment: NodeJS.ProcessEnv): Promise<{ status: number; stdout: string; stderr: string }> {
  const command = ['--import', 'tsx', join(import.meta.dirname, '../../run-cli.ts'), 'audit'];
  const options = { cwd: PROJECT, env: { ...process.env, ...environment } };
  return new Promise((resolve) => {
    execFile(process.execPath, command, options, (error: ExecFileException | null, stdout, stderr) => {
      resolve({ status: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

const PG: ShippedPackage = {
  name: 'pg',
  version: '8.0.0',
  location: 'node_modules/pg',
  integrity: 'sha512-AA==',
  license: 'MIT',
  hasInstallScript: false,
  imports: [],
};

/** With one package that is shipped, and one that builds: npm reads it faster than 1,700. */
async function createSmallProject(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'audit-project-'));
  const manifest = { name: 'small', version: '1.0.0', dependencies: { pg: '8.0.0', esbuild: '0.1.0' } };
  const lock = {
    name: 'small',
    version: '1.0.0',
    lockfileVersion: 3,
    packages: {
      '': manifest,
      'node_modules/pg': { version: '8.0.0', integrity: PG.integrity },
      'node_modules/esbuild': { version: '0.1.0', integrity: 'sha512-AA==' },
    },
  };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  await writeFile(join(folder, 'package-lock.json'), JSON.stringify(lock));
  return folder;
}

describe('vpc-postgres audit', () => {
  test.runIf(exhaustive)(
    'exits 1 and tells package, advisory, severity and fix when a package that is shipped is vulnerable',
    async () => {
      registry = await startRegistry('pg');

      const { status, stderr } = await audit({ npm_config_registry: registry.url });

      expect(status).toBe(1);
      expect(stderr).toMatch(/^pg \d+\.\d+\.\d+ is shipped, and has a known vulnerability\.\n/);
      for (const part of [ADVISORY.title, ADVISORY.url, 'critical', '<99.0.1', '99.0.1 or later']) {
        expect(stderr).toContain(part);
      }
      expect(stderr).not.toContain(registry.url);
    },
  );

  test('exits 2 and says that nothing was checked when nobody could be asked', async () => {
    const { status, stdout, stderr } = await audit({ PATH: '/nowhere' });

    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain("were not checked: npm's registry could not be asked: npm audit ended with ENOENT.");
  });
});

describe('the registry', () => {
  test('is asked about what is shipped; what it has against packages that build or test is left out', async () => {
    registry = await startRegistry('esbuild');
    vi.stubEnv('npm_config_registry', registry.url);

    expect(await findAdvisories(smallProject, [PG])).toEqual([]);
    expect(Object.keys(registry.asked)).toEqual(expect.arrayContaining(['pg', 'esbuild']));
  });

  test.each(
    sample(
      [
        ['has no advisories', 'it answered HTTP 405, and has no advisories'],
        ['cannot be reached', 'npm audit ended with ECONNREFUSED'],
      ] as const,
      2,
    ),
  )('that %s is no good news, and its address is not told', async (what, reason) => {
    registry = await startRegistry(NO_ADVISORIES);
    vi.stubEnv('npm_config_registry', registry.url);
    if (what === 'cannot be reached') await registry.stop();

    const refusal = await findAdvisories(smallProject, [PG]).catch((error: unknown) => error);

    expect(refusal).toBeInstanceOf(AdvisoriesUnavailableError);
    expect(refusal).toMatchObject({ message: reason });
  });
});

test.each([
  ['<8.23.2', '8.23.2 or later'],
  ['>=1.0.0 <8.23.2', '8.23.2 or later'],
  ['<=8.23.1', 'a version after 8.23.1'],
  ['>=0.0.0', 'no version is known to be without it; see whether pg can be done without'],
])('against %s the remedy is %s', (vulnerableVersions, remedy) => {
  const finding = { packageName: 'pg', versions: [], title: '', severity: 'low', url: '', vulnerableVersions };

  expect(remedyOf(finding)).toBe(remedy);
});
