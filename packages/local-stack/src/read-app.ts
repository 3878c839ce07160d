/** Reads what amplify/ defines, and watches it, with the options of the local stack. */
import { join } from 'node:path';
import { functionNamesIn } from './appsync/directives.js';
import type { FunctionLogs } from './function-logs.js';
import { openApp, type ServedApp, type ServedAppOptions } from './served-app.js';

/** As LocalStackOptions has them. */
export interface ReadAppOptions extends Pick<ServedAppOptions, 'app'> {
  watch?: boolean;
  maxEnvironments?: number;
  onAmplify?: ServedAppOptions['onReport'];
  onBuild?: ServedAppOptions['onBuild'];
  onFunctionLog?: ServedAppOptions['onLog'];
  onFunctionLogStream?: ServedAppOptions['onLog'];
}

/** @returns `functionNames`: those that the schema names now */
export async function readApp(
  stateDirectory: string,
  { app, watch, maxEnvironments, onAmplify, onBuild, onFunctionLog, onFunctionLogStream }: ReadAppOptions,
  logs: FunctionLogs,
): Promise<{ served: ServedApp; functionNames: () => string[] }> {
  const served = await openApp({
    app,
    directory: join(stateDirectory, 'functions'),
    watch: watch ?? false,
    onReport: onAmplify ?? (() => {}),
    onBuild: onBuild ?? (() => {}),
    onLog: onFunctionLog ?? (() => {}),
    onLogStream: (...line) => {
      logs.add(...line);
      onFunctionLogStream?.(...line);
    },
    ...(maxEnvironments !== undefined && { maxEnvironments }),
  });
  return { served, functionNames: () => functionNamesIn(served.current().sdl) };
}
