import { type ExecFileException, execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { remedyOf } from '../../../../src/operations/shipped/advisories.js';

/** The real command and the real npm, against a registry of the test's own. */
const PROJECT = join(import.meta.dirname, '../../../..');
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

/** @param against the package that has an advisory; without one the registry knows of none */
async function startRegistry(against?: string): Promise<Registry> {
  const asked: Record<string, string[]> = {};
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    response.setHeader('content-type', 'application/json');
    if (request.url === BULK) {
      const text = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
      Object.assign(asked, JSON.parse(text.toString()));
      response.end(JSON.stringify(against === undefined ? {} : { [against]: [ADVISORY] }));
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
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'audit-cache-'));
});
afterAll(() => rm(cache, { recursive: true, force: true }));

function audit(registry: string): Promise<{ status: number; stdout: string; stderr: string }> {
  const command = ['--import', 'tsx', join(PROJECT, 'src/operations/audit-lambda.ts')];
  const env = { ...process.env, npm_config_registry: registry, npm_config_cache: cache };
  return new Promise((resolve) => {
    execFile(process.execPath, command, { cwd: PROJECT, env }, (error: ExecFileException | null, stdout, stderr) => {
      resolve({ status: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

describe.concurrent('npm run audit:lambda', () => {
  test('exits 1 and tells package, advisory, severity and fix when a package that is shipped is vulnerable', async () => {
    const registry = await startRegistry('pg');

    const { status, stderr } = await audit(registry.url);
    await registry.stop();

    expect(status).toBe(1);
    expect(stderr).toMatch(/^pg \d+\.\d+\.\d+ is shipped, and has a known vulnerability\.\n/);
    for (const part of [ADVISORY.title, ADVISORY.url, 'critical', '<99.0.1', '99.0.1 or later'])
      expect(stderr).toContain(part);
    expect(stderr).not.toContain(registry.url);
  });

  test('exits 0 when only a package that builds or tests is, and the registry was asked about what is shipped', async () => {
    const registry = await startRegistry('esbuild');

    const { status, stdout, stderr } = await audit(registry.url);
    await registry.stop();

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^Nothing is known against the \d+ packages in migrations and orders-api\.\n$/);
    expect(Object.keys(registry.asked)).toEqual(expect.arrayContaining(['pg', 'pg-protocol', 'split2', 'esbuild']));
  });

  test('exits 2 and says that nothing was checked when the registry cannot be reached, without its address', async () => {
    const registry = await startRegistry();
    await registry.stop();

    const { status, stdout, stderr } = await audit(registry.url);

    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain("were not checked: npm's registry could not be asked: npm audit ended with ECONNREFUSED.");
    expect(stderr).not.toContain('127.0.0.1');
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
