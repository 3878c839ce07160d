/** Writes amplify_outputs.json for a frontend, moves one of a cloud sandbox aside meanwhile, and brings it back. */
import { access, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LocalStackError } from '../local-stack-error.js';
import { replaceFile } from '../replace-file.js';
import { type AmplifyOutputs, LOCAL_OUTPUTS_VERSION } from './amplify-outputs.js';

const FILE_NAME = 'amplify_outputs.json';
/** Ignored by git as the other is. */
const ASIDE_NAME = 'amplify_outputs.cloud.json';

export interface OutputsFile {
  /** @throws LocalStackError when the folder cannot be written. */
  write(outputs: AmplifyOutputs): Promise<void>;
  /** Removes ours, and brings back what was there before. */
  restore(): Promise<void>;
}

/**
 * @param directory of the frontend, or of the project
 * @param onNote Called with a sentence when a file that is not ours is moved or left alone.
 */
export function openOutputsFile(directory: string, onNote: (note: string) => void): OutputsFile {
  const path = join(directory, FILE_NAME);
  const aside = join(directory, ASIDE_NAME);
  let hasWritten = false;
  return {
    async write(outputs) {
      try {
        if ((await versionOf(path)) === 'other') {
          await rename(path, aside);
          onNote(`${path} is not of npm start: it is ${ASIDE_NAME} until npm start stops.`);
        }
        await replaceFile(path, `${JSON.stringify(outputs, null, 2)}\n`);
        hasWritten = true;
      } catch (cause) {
        const { code, message } = cause as NodeJS.ErrnoException;
        throw new LocalStackError(
          `${path} cannot be written (${code ?? message}).`,
          'Name a folder that exists and that you can write: npm start -- --outputs DIR',
          { cause },
        );
      }
    },
    async restore() {
      if (!hasWritten) return;
      if ((await versionOf(path)) === 'other') {
        onNote(`${path} was written anew while npm start ran, and is left as it is.`);
        return;
      }
      await rm(path, { force: true });
      if (await exists(aside)) await rename(aside, path);
    },
  };
}

/** `other`: something that this stack has not written, JSON or not. */
async function versionOf(path: string): Promise<'none' | 'ours' | 'other'> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'none';
    throw error;
  }
  try {
    return (JSON.parse(text) as { version?: unknown }).version === LOCAL_OUTPUTS_VERSION ? 'ours' : 'other';
  } catch {
    return 'other';
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
