/** Writes the files of amplify/ that the local stack reads, for an app that a test makes up. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface MadeUpApp {
  readonly sdl: string;
  /** Whether each needs the database, by name. Its code is in amplify/functions/NAME/handler.ts. */
  readonly functions: Readonly<Record<string, boolean>>;
  /** @default - none */
  readonly groups?: readonly string[];
}

export function writeAmplifyApp(project: string, { sdl, functions, groups = [] }: MadeUpApp): void {
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(project, 'amplify', path)), { recursive: true });
    writeFileSync(join(project, 'amplify', path), text);
  };
  const lines = Object.entries(functions).map(([name, database]) => {
    const options = { name, entry: `./${name}/handler.ts`, timeoutSeconds: 15, memoryMB: 1024 };
    return `  ${name}: { resource: defineFunction(${JSON.stringify(options)}), database: ${database} },\n`;
  });
  write('data/schema.ts', `export const schema = { transform: () => (${JSON.stringify({ schema: sdl })}) };\n`);
  write('functions/functions.ts', `${importOf('defineFunction')}export const functions = {\n${lines.join('')}};\n`);
  write(
    'auth/resource.ts',
    `${importOf('defineAuth')}export const auth = defineAuth(${JSON.stringify({ groups })});\n`,
  );
}

const importOf = (name: string) => `import { ${name} } from '@aws-amplify/backend';\n`;
