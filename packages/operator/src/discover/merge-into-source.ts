/**
 * Writes values into an object literal of a source file where they differ from what it has, and leaves comments, order and
 * every other property as they are. Works for TypeScript and JSON.
 */
import { isDeepStrictEqual } from 'node:util';
import ts from 'typescript';
import { CommandError } from '../command-error.js';
import { addProperty, removeProperty } from '../generate/edit-source.js';

/** What a property is to be. `undefined`: it is not to be there. */
export type Wanted = { readonly [name: string]: Wanted } | string | number | boolean | readonly unknown[] | undefined;

/** Finds the object in a text, which is another after each edit. */
export type Find = (text: string) => ts.ObjectLiteralExpression | undefined;

/** One of several properties stands in these, so that a new one takes the place of all. */
const ONE_OF = ['vpc', 'subnets'];

/**
 * @param current What the object is when the file is loaded; it can come from a constant or a spread.
 * @throws CommandError when the object is written in a way that cannot be edited
 */
export function mergeIntoSource(
  text: string,
  find: Find,
  wanted: Wanted & object,
  current: unknown,
  quote = "'",
): string {
  let merged = text;
  for (const [name, value] of Object.entries(wanted as Record<string, Wanted>)) {
    const now = Reflect.get(Object(current), name);
    if (contains(now, value)) continue;
    const object = find(merged);
    if (object === undefined)
      throw new CommandError(`The object with ${name} is not written as a literal, so it was not edited.`);
    if (value === undefined) {
      merged = removeProperty(merged, object, name);
      continue;
    }
    const initializer = initializerOf(object, name);
    const isObject = typeof value === 'object' && !Array.isArray(value);
    const literal = initializer && unwrap(initializer);
    // JSON is not written by hand.
    const canMerge = isObject && quote === "'" && !ONE_OF.includes(name) && isSameKind(now, value);
    if (canMerge && literal !== undefined && ts.isObjectLiteralExpression(literal)) {
      const findBelow: Find = (changed) => {
        const above = find(changed);
        const below = above && initializerOf(above, name);
        const unwrapped = below && unwrap(below);
        return unwrapped && ts.isObjectLiteralExpression(unwrapped) ? unwrapped : undefined;
      };
      merged = mergeIntoSource(merged, findBelow, value as Wanted & object, now, quote);
    } else if (initializer === undefined) {
      const key = quote === '"' || !/^[A-Za-z_$][\w$]*$/.test(name) ? `${quote}${name}${quote}` : name;
      merged = addProperty(
        merged,
        object,
        `${key}: ${print(canMerge ? { ...Object(now), ...(value as object) } : value, quote)}`,
      );
      // JSON has no comma behind the last one.
      if (quote === '"') merged = merged.replace(/,(\s*\}\s*)$/, '$1');
    } else {
      const indent = /^[^\S\n]*/.exec(merged.slice(merged.lastIndexOf('\n', initializer.getStart()) + 1))?.[0] ?? '';
      merged =
        merged.slice(0, initializer.getStart()) +
        print(value, quote).replaceAll('\n', `\n${indent}`) +
        merged.slice(initializer.getEnd());
    }
  }
  return merged;
}

/** Whether what is there says everything that is wanted; it can say more. */
function contains(now: unknown, value: Wanted): boolean {
  if (typeof value !== 'object' || Array.isArray(value)) return isDeepStrictEqual(now, value);
  if (typeof now !== 'object' || now === null) return false;
  return Object.entries(value as Record<string, Wanted>).every(([name, one]) => contains(Reflect.get(now, name), one));
}

const isSameKind = (now: unknown, value: object) =>
  typeof now === 'object' && now !== null && Reflect.get(now, 'kind') === Reflect.get(value, 'kind');

function initializerOf(object: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  const property = object.properties.find(
    (one) => one.name !== undefined && one.name.getText().replaceAll(/['"]/g, '') === name,
  );
  return property !== undefined && ts.isPropertyAssignment(property) ? property.initializer : undefined;
}

function unwrap(node: ts.Expression): ts.Expression {
  return ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isParenthesizedExpression(node)
    ? unwrap(node.expression)
    : node;
}

/** Objects up to this length stand on one line. */
const SHORT = 80;

/** As Biome formats it, at the margin. */
export function print(value: unknown, quote = "'"): string {
  if (typeof value === 'string') {
    const json = JSON.stringify(value);
    return quote === '"' ? json : `'${json.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const isList = Array.isArray(value);
  const parts = isList
    ? value.map((one) => print(one, quote))
    : Object.entries(value)
        .filter(([, one]) => one !== undefined)
        .map(([name, one]) => `${quote === '"' ? JSON.stringify(name) : name}: ${print(one, quote)}`);
  const [open, close] = isList ? ['[', ']'] : ['{', '}'];
  if (parts.length === 0) return open + close;
  const line = isList ? `[${parts.join(', ')}]` : `{ ${parts.join(', ')} }`;
  if (line.length <= SHORT && !line.includes('\n')) return line;
  const end = quote === '"' ? '' : ',';
  return `${open}\n${parts.map((part) => `  ${part.replaceAll('\n', '\n  ')}`).join(',\n')}${end}\n${close}`;
}
