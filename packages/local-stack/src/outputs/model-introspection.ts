/**
 * Makes the model introspection of a schema with Amplify's own generator. It takes half a second to load, so it runs in a thread,
 * and only for a schema that it has not seen: the result is kept in the state folder.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { LocalStackError } from '../local-stack-error.js';
import { replaceFile } from '../replace-file.js';

const GENERATOR = '@aws-amplify/graphql-generator';
const FILE_NAME = 'model-introspection.json';

/** Plain JavaScript, for a thread without a TypeScript loader. */
const GENERATE = `
const { parentPort, workerData } = require('node:worker_threads');
const { generateModelsSync } = require(workerData.generator);
const [text] = Object.values(generateModelsSync({ schema: workerData.sdl, target: 'introspection' }));
parentPort.postMessage(text);
`;

/**
 * @param sdl `schema.transform().schema` of an Amplify data schema
 * @param stateDirectory where the result is kept
 * @throws LocalStackError when the generator does not take the schema
 */
export async function createModelIntrospection(sdl: string, stateDirectory: string): Promise<object> {
  const generator = createRequire(import.meta.url).resolve(GENERATOR);
  const path = join(stateDirectory, FILE_NAME);
  const key = createHash('sha256').update(generator).update('\0').update(sdl).digest('hex');
  const kept = parseKept(await readFile(path, 'utf8').catch(() => ''));
  if (kept?.key === key) return kept.modelIntrospection;

  const modelIntrospection: object = JSON.parse(await generate(generator, sdl));
  await replaceFile(path, `${JSON.stringify({ key, modelIntrospection })}\n`);
  return modelIntrospection;
}

async function generate(generator: string, sdl: string): Promise<string> {
  const worker = new Worker(GENERATE, { eval: true, execArgv: [], workerData: { generator, sdl } });
  worker.unref();
  try {
    const [text] = (await once(worker, 'message')) as [string];
    return text;
  } catch (cause) {
    throw new LocalStackError(
      `amplify_outputs.json cannot be written: ${GENERATOR} does not take the schema: ${(cause as Error).message}`,
      'Correct amplify/data/schema.ts; a deployment would fail as well.',
      { cause },
    );
  } finally {
    await worker.terminate();
  }
}

function parseKept(text: string): { key: string; modelIntrospection: object } | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
