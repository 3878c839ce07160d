/** A copy of the app in packages/testing/app, for a test that edits it. */
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { LocalApp } from '@vpc-postgres/local-stack/local-app.js';
import { localApp } from '../app/local.config.js';

const APP = join(import.meta.dirname, '../app');
const NODE_MODULES = join(import.meta.dirname, '../../../node_modules');

export interface AppCopy {
  readonly app: LocalApp;
  /** Replaces a text that the file has; an error when it does not have it. @param file from the app's folder */
  edit(file: string, text: string, replacement: string): Promise<void>;
  /** Its folder is made when missing. */
  write(file: string, content: string): Promise<void>;
  /** Undoes what has been edited and written. */
  restore(): Promise<void>;
  remove(): Promise<void>;
}

export async function copyApp(): Promise<AppCopy> {
  const project = await mkdtemp(join(tmpdir(), 'app-copy-'));
  await cp(APP, project, { recursive: true });
  await symlink(NODE_MODULES, join(project, 'node_modules'));
  const originals = new Map<string, string | undefined>();
  const read = (file: string) => readFile(join(project, file), 'utf8').catch(() => undefined);
  const write: AppCopy['write'] = async (file, content) => {
    if (!originals.has(file)) originals.set(file, await read(file));
    await mkdir(dirname(join(project, file)), { recursive: true });
    await writeFile(join(project, file), content);
  };
  return {
    app: { ...localApp, projectDirectory: project },
    write,

    async edit(file, text, replacement) {
      const content = await read(file);
      if (!content?.includes(text)) throw new Error(`${file} does not have ${text}.`);
      await write(file, content.replaceAll(text, replacement));
    },

    async restore() {
      for (const [file, content] of originals) {
        if (content === undefined) await rm(join(project, file));
        else await writeFile(join(project, file), content);
      }
      originals.clear();
    },

    remove: () => rm(project, { recursive: true }),
  };
}
