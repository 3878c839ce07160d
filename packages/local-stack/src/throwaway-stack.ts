/** Starts the local stack on free ports and a data folder that is removed with it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalStack } from './stack.js';
import type { LocalStack, LocalStackOptions } from './stack-options.js';

type ThrowawayStackOptions = Omit<LocalStackOptions, 'stateDirectory' | 'port' | 'proxyPort'>;

/** @returns a stack whose `stop` also removes the data. */
export async function startThrowawayStack(options: ThrowawayStackOptions): Promise<LocalStack> {
  const stateDirectory = await mkdtemp(join(tmpdir(), 'test-stack-'));
  const removeState = () => rm(stateDirectory, { recursive: true, force: true });
  const stack = await startLocalStack({ ...options, stateDirectory, port: 0, proxyPort: 0 }).catch(async (error) => {
    await removeState();
    throw error;
  });
  return {
    ...stack,
    async stop() {
      await stack.stop();
      await removeState();
    },
  };
}
