/** Adds lines to TypeScript files of the app and removes them, in place: comments, order and format of the rest stay. */
import ts from 'typescript';

/** Biome's default of this project, and the width at which a list is broken into lines. */
const LINE_WIDTH = 120;

export const parse = (text: string) => ts.createSourceFile('file.ts', text, ts.ScriptTarget.Latest, true);

/** Every node of a file that a test accepts, in the order of the text. */
export function findAll<Found extends ts.Node>(node: ts.Node, isFound: (node: ts.Node) => node is Found): Found[] {
  const found: Found[] = isFound(node) ? [node] : [];
  ts.forEachChild(node, (child) => {
    found.push(...findAll(child, isFound));
  });
  return found;
}

/** Without `satisfies`, `as` and parentheses. */
function unwrap(node: ts.Expression | undefined): ts.Expression | undefined {
  return node !== undefined &&
    (ts.isSatisfiesExpression(node) || ts.isAsExpression(node) || ts.isParenthesizedExpression(node))
    ? unwrap(node.expression)
    : node;
}

/** `const NAME = {…}`, or the object in `const NAME = some.call({…})`. Undefined where the file is written in another way. */
export function findObject(text: string, variable: string): ts.ObjectLiteralExpression | undefined {
  const declaration = findAll(parse(text), ts.isVariableDeclaration).find(({ name }) => name.getText() === variable);
  const value = unwrap(declaration?.initializer);
  const object = value !== undefined && ts.isCallExpression(value) ? unwrap(value.arguments[0]) : value;
  return object !== undefined && ts.isObjectLiteralExpression(object) ? object : undefined;
}

/** The list in `NAME([…])`. */
export function findListArgument(text: string, callee: string): ts.ArrayLiteralExpression | undefined {
  const call = findAll(parse(text), ts.isCallExpression).find(({ expression }) => expression.getText() === callee);
  const list = call?.arguments[0];
  return list !== undefined && ts.isArrayLiteralExpression(list) ? list : undefined;
}

/** Adds a property behind the last one. @param property without a comma, indented as if it stood at the margin */
export function addProperty(text: string, object: ts.ObjectLiteralExpression, property: string): string {
  const indent = `${indentOf(text, object.getStart())}  `;
  const lines = property.replaceAll(/\n(?=.)/g, `\n${indent}`);
  const last = object.properties.at(-1);
  if (last === undefined || isOnOneLine(text, object)) {
    const all = [...object.properties.map((one) => one.getText()), lines].map((one) => `\n${indent}${one},`);
    return replace(text, object.getStart(), object.getEnd(), `{${all.join('')}\n${indent.slice(2)}}`);
  }
  const comma = object.properties.hasTrailingComma ? '' : ',';
  const end = object.properties.hasTrailingComma ? object.properties.end : last.getEnd();
  // A comment behind the last property stays on its line.
  const lineEnd = /^[^\n]*/.exec(text.slice(end))?.[0].length ?? 0;
  const blank = property.includes('\n') ? '\n' : '';
  return `${text.slice(0, end)}${comma}${text.slice(end, end + lineEnd)}\n${blank}${indent}${lines},${text.slice(end + lineEnd)}`;
}

export function addElement(text: string, list: ts.ArrayLiteralExpression, element: string): string {
  return printList(text, list, [...list.elements.map((one) => one.getText()), element]);
}

export function removeElement(text: string, list: ts.ArrayLiteralExpression, element: string): string {
  const left = list.elements.map((one) => one.getText()).filter((one) => one !== element);
  return left.length === list.elements.length ? text : printList(text, list, left);
}

/** On one line where it fits. */
function printList(text: string, list: ts.ArrayLiteralExpression, elements: readonly string[]): string {
  const start = text.lastIndexOf('\n', list.getStart()) + 1;
  const rest = /^[^\n]*/.exec(text.slice(list.getEnd()))?.[0] ?? '';
  const line = `[${elements.join(', ')}]`;
  if (list.getStart() - start + line.length + rest.length <= LINE_WIDTH) {
    return replace(text, list.getStart(), list.getEnd(), line);
  }
  const indent = indentOf(text, list.getStart());
  const lines = elements.map((element) => `\n${indent}  ${element},`).join('');
  return replace(text, list.getStart(), list.getEnd(), `[${lines}\n${indent}]`);
}

/**
 * Removes a property with its line and the comments above it that belong to it alone.
 * @param property its name, or the whole text of a spread: `...ordersSchema`
 */
export function removeProperty(text: string, object: ts.ObjectLiteralExpression, property: string): string {
  const found = object.properties.find(
    (one) =>
      one.getText() === property || (one.name !== undefined && one.name.getText().replaceAll(/['"]/g, '') === property),
  );
  if (found === undefined) return text;
  if (object.properties.length === 1) return replace(text, object.getStart(), object.getEnd(), '{}');
  const comments = (ts.getLeadingCommentRanges(text, found.getFullStart()) ?? []).filter(
    // What stands behind the property before, on its line, belongs to that one.
    ({ pos }) => text.slice(text.lastIndexOf('\n', pos) + 1, pos).trim() === '',
  );
  const from = comments[0]?.pos ?? found.getStart();
  const lineStart = text.lastIndexOf('\n', from) + 1;
  const behind = /^\s*?,?[^\S\n]*(\/\/[^\n]*)?\n?(\n(?=[^\S\n]*\}))?/.exec(text.slice(found.getEnd()))?.[0].length ?? 0;
  const end = found.getEnd() + behind;
  // What is first now begins the object: Biome has no empty line there.
  const isFirst = found === object.properties[0];
  const blank = isFirst ? (/^(?:[^\S\n]*\n)*/.exec(text.slice(end))?.[0].length ?? 0) : 0;
  return replace(text, text.slice(lineStart, from).trim() === '' ? lineStart : from, end + blank, '');
}

/** Adds `import { NAME } from 'SPECIFIER';` where Biome sorts it. */
export function addImport(text: string, name: string, specifier: string): string {
  const imports = importsIn(text);
  const before = imports.filter((one) => sortsBefore(specifierOf(one), specifier)).at(-1);
  const line = `import { ${name} } from '${specifier}';`;
  if (before !== undefined) return replace(text, before.getEnd(), before.getEnd(), `\n${line}`);
  const first = imports[0];
  // Without an import, a comment at the top describes the file, and stays there.
  const comment = ts.getLeadingCommentRanges(text, 0)?.[0];
  const offset = first?.getStart() ?? (comment === undefined ? 0 : comment.end + 1);
  return replace(text, offset, offset, `${line}\n`);
}

export function removeImport(text: string, specifier: string): string {
  const found = importsIn(text).find((one) => specifierOf(one) === specifier);
  return found === undefined ? text : replace(text, found.getStart(), found.getEnd() + 1, '');
}

const importsIn = (text: string) => findAll(parse(text), ts.isImportDeclaration);
const specifierOf = ({ moduleSpecifier }: ts.ImportDeclaration) => (moduleSpecifier as ts.StringLiteral).text;

/** Node's modules, packages, then files, those farthest away first. */
function sortsBefore(one: string, other: string): boolean {
  const rank = (specifier: string) => {
    if (specifier.startsWith('node:')) return 0;
    if (!specifier.startsWith('.')) return 1;
    return 100 - (specifier.match(/\.\.\//g)?.length ?? 0);
  };
  return rank(one) === rank(other) ? one.localeCompare(other, 'en') < 0 : rank(one) < rank(other);
}

function isOnOneLine(text: string, node: ts.Node): boolean {
  return !text.slice(node.getStart(), node.getEnd()).includes('\n');
}

function indentOf(text: string, offset: number): string {
  return /^[^\S\n]*/.exec(text.slice(text.lastIndexOf('\n', offset - 1) + 1))?.[0] ?? '';
}

function replace(text: string, start: number, end: number, by: string): string {
  return text.slice(0, start) + by + text.slice(end);
}
