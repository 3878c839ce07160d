/** Adds the schema of PostgreSQL beside the app's own to the file that calls defineData. */
import ts from 'typescript';
import { findAll, parse } from '../generate/edit-source.js';
import { insertItem } from '../generate/insert-item.js';
import type { Obstacle } from './refusal.js';
import { declaredIn, endOfImports, type Insertion, importsIn, insertAll, lineOf, startOf } from './source-file.js';

/** Written out, and not the packages' own function: a frontend that takes its types from here must not check the packages. */
const RESOURCES = 'Object.fromEntries(Object.entries(functions).map(([name, { resource }]) => [name, resource]))';
const COMBINED = 'combinedSchema';
const POSTGRES = 'postgresSchema';

export interface EditedData {
  readonly text: string;
  /** What is left to a person. */
  readonly left: readonly string[];
}

/**
 * @param path of the file, for messages; the schema of PostgreSQL is at amplify/data/schema.ts
 * @param toData the folder amplify/data, seen from the file: `.`
 */
export function combineSchemas(text: string, path: string, toData: string): EditedData | Obstacle[] {
  const file = parse(text);
  const call = findAll(file, ts.isCallExpression).find(({ expression }) => expression.getText() === 'defineData');
  const argument = call?.arguments[0];
  if (call === undefined || argument === undefined || !ts.isObjectLiteralExpression(argument)) {
    const fix = 'call it there with a list of options: export const data = defineData({ schema });';
    return [{ file: path, reason: 'calls no defineData with a list of options', fix }];
  }
  const schema = argument.properties.find((one) => one.name?.getText() === 'schema');
  const statement = file.statements.find(({ pos, end }) => pos <= call.pos && call.end <= end);
  const isReadable =
    schema !== undefined && (ts.isShorthandPropertyAssignment(schema) || ts.isPropertyAssignment(schema));
  if (!isReadable || statement === undefined) {
    const fix = 'write it there: defineData({ schema: … })';
    return [{ file: `${path}:${lineOf(file, call)}`, reason: 'the schema of defineData cannot be read', fix }];
  }
  const obstacles = nameObstacles(file, path);
  if (obstacles.length > 0) return obstacles;
  const { insertions, left } = combine(file, statement, schema, path);
  const withSchemas = insertAll(text, [
    ...insertions,
    { at: endOfImports(file, statement.getStart()), text: importLines(file, toData) },
  ]);
  return { text: addFunctions(withSchemas), left };
}

type SchemaProperty = ts.ShorthandPropertyAssignment | ts.PropertyAssignment;

function combine(
  file: ts.SourceFile,
  statement: ts.Statement,
  schema: SchemaProperty,
  path: string,
): { insertions: Insertion[]; left: string[] } {
  const value = ts.isShorthandPropertyAssignment(schema) ? schema.name : schema.initializer;
  const list = combinedListOf(file, value);
  if (list !== undefined) {
    const withPostgres = insertItem(file.text, list, POSTGRES);
    const added = withPostgres.slice(list.getStart(), list.getEnd() + withPostgres.length - file.text.length);
    return { insertions: [{ at: list.getStart(), to: list.getEnd(), text: added }], left: [] };
  }
  const types = findAll(file, ts.isTypeReferenceNode).flatMap((type) => {
    const [argument] = type.typeArguments ?? [];
    const isOfSchema =
      type.typeName.getText() === 'ClientSchema' && argument?.getText() === `typeof ${value.getText()}`;
    return isOfSchema && argument !== undefined ? [argument] : [];
  });
  const declaration = `/** The app's own types, and those that PostgreSQL answers. */
const ${COMBINED} = a.combine([${value.getText()}, ${POSTGRES}]);

`;
  const shorthand = ts.isShorthandPropertyAssignment(schema);
  return {
    insertions: [
      { at: startOf(file, statement), text: declaration },
      shorthand
        ? { at: schema.getEnd(), text: `: ${COMBINED}` }
        : { at: value.getStart(), to: value.getEnd(), text: COMBINED },
      ...types.map((type) => ({ at: type.getStart(), to: type.getEnd(), text: `typeof ${COMBINED}` })),
    ],
    left:
      types.length > 0
        ? []
        : [
            `For a client that knows the fields of PostgreSQL, export its type from ${path}: ClientSchema<typeof ${COMBINED}>.`,
          ],
  };
}

/** The list of `a.combine([…])`, here or in the variable's declaration. */
function combinedListOf(file: ts.SourceFile, value: ts.Expression): ts.ArrayLiteralExpression | undefined {
  const declared = findAll(file, ts.isVariableDeclaration).find(({ name }) => name.getText() === value.getText());
  const call = ts.isIdentifier(value) ? declared?.initializer : value;
  if (call === undefined || !ts.isCallExpression(call) || call.expression.getText() !== 'a.combine') return undefined;
  const [list] = call.arguments;
  return list !== undefined && ts.isArrayLiteralExpression(list) ? list : undefined;
}

function importLines(file: ts.SourceFile, toData: string): string {
  const imports = importsIn(file);
  const lines = [
    ...(imports.has('a') ? [] : ["import { a } from '@aws-amplify/backend';"]),
    `import { functions } from '${toData}/../functions/functions.js';`.replace('./../', '../'),
    `import { schema as ${POSTGRES} } from '${toData}/schema.js';`,
  ];
  return `\n${lines.join('\n')}`;
}

function nameObstacles(file: ts.SourceFile, path: string): Obstacle[] {
  const [declared, imports] = [declaredIn(file), importsIn(file)];
  return ['functions', COMBINED, POSTGRES]
    .filter((name) => declared.has(name) || imports.has(name))
    .map((name) => ({
      file: declared.has(name) ? `${path}:${declared.get(name)}` : path,
      reason: `${name} is a name that PostgreSQL's schema and functions get in this file`,
      fix: 'give it another name in this file',
    }));
}

/** The functions of functions.ts, by the names that a.handler.function() uses. */
function addFunctions(text: string): string {
  const call = findAll(parse(text), ts.isCallExpression).find(
    ({ expression }) => expression.getText() === 'defineData',
  );
  const argument = call?.arguments[0] as ts.ObjectLiteralExpression;
  const property = argument.properties.find((one) => one.name?.getText() === 'functions');
  if (property === undefined) return insertItem(text, argument, `functions: ${RESOURCES}`);
  if (ts.isPropertyAssignment(property) && ts.isObjectLiteralExpression(property.initializer)) {
    return insertItem(text, property.initializer, `...${RESOURCES}`);
  }
  const own = ts.isPropertyAssignment(property) ? property.initializer.getText() : property.getText();
  return insertAll(text, [
    { at: property.getStart(), to: property.getEnd(), text: `functions: { ...${own}, ...${RESOURCES} }` },
  ]);
}
