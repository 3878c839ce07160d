/** Adds parts to the files that list them, and removes them: functions.ts, schema.ts and local.config.ts. */
import type { Changes } from './changes.js';
import { appendJson, readJson } from './edit-json.js';
import {
  addElement,
  addImport,
  addProperty,
  findListArgument,
  findObject,
  removeElement,
  removeImport,
  removeProperty,
} from './edit-source.js';
import type { Names } from './names.js';
import { checksFile, tsconfigsIn } from './tsconfig-globs.js';

export const FUNCTIONS = 'amplify/functions/functions.ts';
export const SCHEMA = 'amplify/data/schema.ts';
export const LOCAL_CONFIG = 'local.config.ts';
export const MIGRATIONS = 'src/migrations';

/** What is left to the reader, in a file that is written in another way than the starter's. */
type Instruction = string;

export function listFunction(changes: Changes, { kebab, camel }: Names, database: boolean): Instruction[] {
  const key = kebab === camel ? kebab : `'${kebab}'`;
  const line = `${key}: { resource: ${camel}, database: ${database} }`;
  const specifier = `./${kebab}/resource.js`;
  return edit(changes, FUNCTIONS, `${line}, with import { ${camel} } from '${specifier}'`, (text) => {
    const object = findObject(text, 'functions');
    return object && addImport(addProperty(text, object, line), camel, specifier);
  });
}

export function unlistFunction(changes: Changes, { kebab }: Names): Instruction[] {
  return edit(changes, FUNCTIONS, '', (text) => {
    const object = findObject(text, 'functions');
    return object && removeImport(removeProperty(text, object, kebab), `./${kebab}/resource.js`);
  });
}

export function addField(changes: Changes, field: string): Instruction[] {
  return edit(changes, SCHEMA, field, (text) => {
    const object = findObject(text, 'schema');
    return object && addProperty(text, object, field);
  });
}

/** The domain's part of the schema, and its samples. */
export function listDomain(changes: Changes, { kebab, camel }: Names): Instruction[] {
  const [part, samples] = [`${camel}Schema`, `${camel}Samples`];
  return [
    ...edit(changes, SCHEMA, `...${part}, with its import from '../../src/${kebab}/schema.js'`, (text) => {
      const object = findObject(text, 'schema');
      return object && addImport(addProperty(text, object, `...${part}`), part, `../../src/${kebab}/schema.js`);
    }),
    ...edit(changes, LOCAL_CONFIG, `${samples} of './src/${kebab}/samples.js'`, (text) => {
      const list = findListArgument(text, 'combineSamples');
      return list && addImport(addElement(text, list, samples), samples, `./src/${kebab}/samples.js`);
    }),
  ];
}

/**
 * The frontend of an adopted app can have its files in src/, too. A tsconfig.json of it that leaves out the packages also leaves
 * out the files of a domain that need them; that of amplify/ checks them. schema.ts stays: the client's types are made of it.
 */
export function leaveOutOfFrontend(changes: Changes, { kebab }: Names): void {
  for (const name of tsconfigsIn(changes.project)) {
    const { exclude } = (readJson(changes.read(name) ?? '{}') ?? {}) as { exclude?: readonly string[] };
    for (const file of [`src/${kebab}/${kebab}.ts`, `src/${kebab}/samples.ts`]) {
      const text = changes.read(name) ?? '{}';
      if (exclude?.includes('packages') && checksFile(text, file))
        changes.write(name, appendJson(text, ['exclude'], file));
    }
  }
}

export function unlistDomain(changes: Changes, { kebab, camel }: Names): void {
  edit(changes, SCHEMA, '', (text) => {
    const object = findObject(text, 'schema');
    return object && removeImport(removeProperty(text, object, `...${camel}Schema`), `../../src/${kebab}/schema.js`);
  });
  edit(changes, LOCAL_CONFIG, '', (text) => {
    const list = findListArgument(text, 'combineSamples');
    return list && removeImport(removeElement(text, list, `${camel}Samples`), `./src/${kebab}/samples.js`);
  });
}

function edit(
  changes: Changes,
  path: string,
  what: string,
  change: (text: string) => string | undefined,
): Instruction[] {
  const text = changes.read(path);
  const changed = text === undefined ? undefined : change(text);
  if (changed === undefined) return [`Add to ${path}, which is not written as the starter's:\n\n${what}`];
  changes.write(path, changed);
  return [];
}
