/** What a suite of a command needs: moto, a copy of the project, and between them an endpoint that writes down what is asked. */
import { beforeAll, beforeEach, describe, inject } from 'vitest';
import { type Access, signIn } from './accounts.js';
import { account, region } from './environments.js';
import { type Moto, startMoto } from './moto.js';
import { copyProject, type ProjectCopy } from './project-copy.js';
import { openRecordingEndpoint, type RecordingEndpoint } from './recording-endpoint.js';

export interface ProjectAtMoto {
  /** Of this suite alone. Each test finds it empty. */
  readonly moto: Moto;
  readonly project: ProjectCopy;
  /** Of this test. */
  readonly endpoint: RecordingEndpoint;
  /** The environment's own account and region, straight to moto: for what the test does, and the command does not. */
  readonly direct: Access;
  /** The same through the endpoint: for the command. */
  readonly access: Access;
}

/**
 * A `describe` whose tests have moto; without moto they are skipped.
 * @param defineTests gets an object whose properties are there as soon as the first of its beforeEach runs
 */
export function describeWithMoto(name: string, defineTests: (at: ProjectAtMoto) => void): void {
  const motoServer = inject('motoServer');
  const at = {} as { -readonly [Name in keyof ProjectAtMoto]: ProjectAtMoto[Name] };

  describe.skipIf(motoServer === undefined)(name, () => {
    beforeAll(async () => {
      at.moto = await startMoto(motoServer ?? '');
      at.project = copyProject();
      return async () => {
        at.project.remove();
        await at.moto.stop();
      };
    });
    beforeEach(async () => {
      await at.moto.reset();
      at.direct = await signIn(account, at.moto.url, region);
      at.endpoint = await openRecordingEndpoint(at.moto.url);
      at.access = { ...at.direct, endpoint: at.endpoint.url };
      return () => at.endpoint.close();
    });
    defineTests(at);
  });
}
