/** Keeps the frontend's configuration as the served schema is: for amplify_outputs.json, and for the page at /app/. */
import type { AmplifyApp } from '../amplify/amplify-app.js';
import { authorizationModesOf } from '../appsync/schema.js';
import { LocalStackError } from '../local-stack-error.js';
import {
  type AmplifyOutputs,
  type AmplifyOutputsOptions,
  createAmplifyOutputs,
  type OutputsUserPool,
} from './amplify-outputs.js';
import { createModelIntrospection } from './model-introspection.js';
import { openOutputsFile } from './outputs-file.js';

export interface LocalOutputsOptions extends Omit<AmplifyOutputsOptions, 'modes' | 'modelIntrospection' | 'userPool'> {
  readonly userPool: Omit<OutputsUserPool, 'settings'>;
  readonly stateDirectory: string;
  /** Where amplify_outputs.json is written. @default - nowhere */
  readonly outputsDirectory?: string | undefined;
  /** Called with what a person must know of the file: that another was moved aside, or that it cannot be written. */
  readonly onOutputsNote?: ((note: string) => void) | undefined;
}

type ServedDefinitions = Pick<AmplifyApp, 'sdl' | 'userPool'>;

export interface LocalOutputs {
  /** For what is served from now on. What fails is a note: the API does not need the file. */
  follow(app: ServedDefinitions): void;
  /** Of the schema that is served now. @throws LocalStackError */
  current(): Promise<AmplifyOutputs>;
  /** Takes the file away, and brings back the one that it replaced. */
  stop(): Promise<void>;
}

export function createLocalOutputs(options: LocalOutputsOptions): LocalOutputs {
  const { stateDirectory, outputsDirectory: directory, onOutputsNote: onNote = () => {} } = options;
  const file = directory === undefined ? undefined : openOutputsFile(directory, onNote);
  let served: (ServedDefinitions & { outputs?: Promise<AmplifyOutputs> }) | undefined;
  let queue = Promise.resolve();
  let stopped = false;
  /** Made when it is asked for: most tests of the stack have no frontend. */
  const current = async (): Promise<AmplifyOutputs> => {
    if (served === undefined) throw new Error('No schema is served yet.');
    served.outputs ??= create(served);
    return served.outputs;
  };
  const create = async ({ sdl, userPool }: ServedDefinitions) =>
    createAmplifyOutputs({
      ...options,
      userPool: { ...options.userPool, settings: userPool },
      modes: authorizationModesOf(sdl),
      modelIntrospection: await createModelIntrospection(sdl, stateDirectory),
    });
  const write = async () => {
    try {
      const outputs = await current();
      if (!stopped) await file?.write(outputs);
    } catch (error) {
      if (!(error instanceof LocalStackError)) throw error;
      onNote(`${error.message} ${error.fix}`);
    }
  };
  return {
    follow({ sdl, userPool }) {
      served = { sdl, userPool };
      if (file !== undefined) queue = queue.then(write);
    },
    current,
    async stop() {
      stopped = true;
      await queue;
      await file?.restore();
    },
  };
}
