/** Defines a function for a test that has no amplify/functions/functions.ts: what a resource.ts would. */
import { join } from 'node:path';
import type { FunctionDefinition } from '@vpc-postgres/local-stack/amplify/function-definition.js';

/** With the database, unless the changes say otherwise; its code is in amplify/functions/NAME/handler.ts. */
export function defineTestFunction(
  projectDirectory: string,
  name: string,
  changes: Partial<FunctionDefinition> = {},
): FunctionDefinition {
  return {
    name,
    database: true,
    entry: join(projectDirectory, 'amplify/functions', name, 'handler.ts'),
    timeoutSeconds: 15,
    memoryMB: 1024,
    environment: {},
    unknownVariables: [],
    runtimeMajor: 24,
    minify: true,
    layerPackages: [],
    ...changes,
  };
}
