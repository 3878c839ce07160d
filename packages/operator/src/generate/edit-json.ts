/** Adds to JSON files in place, comments and format included: package.json and tsconfig.json. */
import ts from 'typescript';
import { insertItem } from './insert-item.js';

type Json = Readonly<Record<string, unknown>>;

/** What the text says, with comments and trailing commas allowed. Undefined for anything but an object. */
export function readJson(text: string): Json | undefined {
  const { config, error } = ts.parseConfigFileTextToJson('file.json', text);
  const isObject = typeof config === 'object' && config !== null && !Array.isArray(config);
  return error === undefined && isObject ? config : undefined;
}

/**
 * Adds a property, and the objects around it, unless it is there.
 * @param path of the property, from the root: `['scripts', 'synth']`
 */
export function addJson(text: string, path: readonly [string, ...string[]], value: unknown): string {
  let object = rootOf(text);
  for (const [depth, name] of path.entries()) {
    const inner = propertyOf(object, name);
    if (inner === undefined) {
      const added = path.slice(depth + 1).reduceRight<unknown>((nested, key) => ({ [key]: nested }), value);
      return insertItem(text, object, `${JSON.stringify(name)}: ${print(added)}`);
    }
    if (!ts.isObjectLiteralExpression(inner)) return text;
    object = inner;
  }
  return text;
}

/** Adds an element to a list, and the list where there is none. An element that is there already is not added twice. */
export function appendJson(text: string, path: readonly [string, ...string[]], element: string): string {
  const found = path.reduce<ts.Expression | undefined>(
    (node, name) => (node !== undefined && ts.isObjectLiteralExpression(node) ? propertyOf(node, name) : undefined),
    rootOf(text),
  );
  if (found === undefined) return addJson(text, path, [element]);
  if (!ts.isArrayLiteralExpression(found)) return text;
  const isThere = found.elements.some((one) => ts.isStringLiteral(one) && one.text === element);
  return isThere ? text : insertItem(text, found, JSON.stringify(element));
}

function rootOf(text: string): ts.ObjectLiteralExpression {
  const file = ts.createSourceFile('file.json', text, ts.ScriptTarget.Latest, true, ts.ScriptKind.JSON);
  const [statement] = file.statements;
  if (statement !== undefined && ts.isExpressionStatement(statement)) {
    if (ts.isObjectLiteralExpression(statement.expression)) return statement.expression;
  }
  throw new TypeError(`No JSON object: ${text.slice(0, 80)}`);
}

function propertyOf(object: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  const found = object.properties.find(
    (one): one is ts.PropertyAssignment =>
      ts.isPropertyAssignment(one) && ts.isStringLiteral(one.name) && one.name.text === name,
  );
  return found?.initializer;
}

/** A list on one line; of an object, each property on its own. */
function print(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((one) => JSON.stringify(one)).join(', ')}]`;
  return JSON.stringify(value, null, 2);
}
