/** Tests PostgreSQL started by root: it runs as another user, or in a user namespace. */
import { mkdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { exhaustive } from '@vpc-postgres/testing/support/exhaustive.js';
import { copyNewCluster } from '@vpc-postgres/testing/support/new-cluster/copy.js';
import { describe, expect, test } from 'vitest';
import type { RootWorkaround } from '../../../src/postgres/privileges.js';
import { dataDirectory, directory, postmasterId, prepareFolder, query, start } from './cluster-under-test.js';

prepareFolder();

const isRoot = process.getuid?.() === 0;

describe.skipIf(!isRoot)(isRoot ? 'as root' : 'as root (skipped: this is an ordinary user)', () => {
  test.runIf(exhaustive).each<RootWorkaround>(['user-namespace', 'nobody'])(
    'PostgreSQL runs with the help of %s',
    async (workaround) => {
      await copyNewCluster(dataDirectory);
      const postgres = await start({ privileges: { workarounds: [workaround] } });

      expect(await query(postgres, 'select 1 as one')).toEqual([{ one: 1 }]);
      const status = await readFile(`/proc/${await postmasterId()}/status`, 'utf8');
      expect(status).toMatch(workaround === 'nobody' ? /^Uid:\t65534/m : /^Uid:\t0/m);
    },
  );

  test.runIf(exhaustive)(
    'a cluster can go from one way to the other and back, below a home that only root may enter',
    async () => {
      const home = join(directory, 'home');
      await mkdir(home, { mode: 0o700 });
      const path = join(home, 'project/.local/data');

      const owners: number[] = [];
      for (const workaround of ['nobody', 'user-namespace', 'nobody'] as const) {
        const postgres = await start({ dataDirectory: path, privileges: { workarounds: [workaround] } });
        await query(postgres, 'create table if not exists kept (n int)');
        await postgres.stop();
        owners.push((await stat(path)).uid);
      }

      expect(owners).toEqual([65_534, 0, 65_534]);
      expect((await stat(dirname(path))).uid).toBe(0);
    },
  );
});
