/** The clone stands where adopters put it: without the local stack, in a monorepo, and under a path that shells find hard. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { failuresOfGate } from '../../support/adopter-gate.js';
import { type AdopterProject, cloneForAdopter } from '../../support/adopter-project.js';

let project: AdopterProject;

afterEach(() => project.remove());

test('without the local stack', () => {
  project = cloneForAdopter();
  removeLocalStack();

  expect(failuresOfGate(project, { localStack: false })).toEqual([]);
});

test('as a workspace of another npm project', () => {
  project = cloneForAdopter({ path: 'monorepo/apps/backend', dependencies: 'monorepo' });
  const workspaces = ['apps/*', 'apps/backend/packages/*'];
  writeFileSync(
    join(project.folder, '../../package.json'),
    JSON.stringify({ name: 'monorepo', private: true, workspaces }),
  );

  expect(failuresOfGate(project)).toEqual([]);
  expect(project.run('npx', '--no-install', 'vpc-postgres', 'sbom', '--out', '.amplify/sbom.json')).toMatchObject({
    status: 0,
  });
});

test('under a path with spaces, umlauts, quotes and a dollar sign', () => {
  project = cloneForAdopter({ path: 'Über uns/it\'s "my" $HOME `app`' });

  expect(failuresOfGate(project)).toEqual([]);
});

/** The commands of docs/upgrade.md, as they stand there, but for the installation. */
function removeLocalStack(): void {
  const [, section = ''] =
    /\n## Remove the local stack\n([\s\S]*?)(?=\n## |$)/.exec(project.read('docs/upgrade.md')) ?? [];
  const blocks = section.match(/(?:^ {7}.*\n)+/gm) ?? [];
  const commands = blocks.filter((block) => /^ +(git rm|npm pkg|sed) /.test(block));
  expect(commands).toHaveLength(3);
  for (const command of commands) expect(project.run('sh', '-euc', command)).toMatchObject({ status: 0 });
  for (const name of ['local-stack', 'testing', 'benchmarks']) {
    rmSync(join(project.folder, 'node_modules/@vpc-postgres', name));
  }
}
