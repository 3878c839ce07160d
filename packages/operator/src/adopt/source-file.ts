/** Reads what the edits of a TypeScript file need to know: its imports, its names, and where a statement begins. */
import { posix } from 'node:path';
import ts from 'typescript';

export interface Insertion {
  readonly at: number;
  /** Up to where text is replaced. @default - nothing is */
  readonly to?: number;
  readonly text: string;
}

/** Makes all of them; none may overlap another. */
export function insertAll(text: string, insertions: readonly Insertion[]): string {
  return insertions
    .toSorted((one, other) => other.at - one.at)
    .reduce((result, { at, to = at, text: added }) => result.slice(0, at) + added + result.slice(to), text);
}

/** What a file imports, by the name that it has there. */
export function importsIn(file: ts.SourceFile): Map<string, { specifier: string; imported: string }> {
  const found = new Map<string, { specifier: string; imported: string }>();
  for (const declaration of file.statements.filter(ts.isImportDeclaration)) {
    const specifier = (declaration.moduleSpecifier as ts.StringLiteral).text;
    const { name, namedBindings } = declaration.importClause ?? {};
    if (name) found.set(name.text, { specifier, imported: 'default' });
    if (namedBindings && ts.isNamespaceImport(namedBindings)) {
      found.set(namedBindings.name.text, { specifier, imported: '*' });
    }
    for (const one of namedBindings && ts.isNamedImports(namedBindings) ? namedBindings.elements : []) {
      found.set(one.name.text, { specifier, imported: (one.propertyName ?? one.name).text });
    }
  }
  return found;
}

/** The names that a file declares at its top level, without its imports, with the line of each. */
export function declaredIn(file: ts.SourceFile): Map<string, number> {
  const names = file.statements.flatMap((statement) => {
    if (ts.isVariableStatement(statement))
      return statement.declarationList.declarations.flatMap(({ name }) => namesIn(name));
    const isNamed =
      ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement) || ts.isEnumDeclaration(statement);
    return isNamed && statement.name ? [statement.name] : [];
  });
  return new Map(names.map((name) => [name.text, lineOf(file, name)]));
}

/** Of a pattern, each name in it. */
function namesIn(name: ts.BindingName): ts.Identifier[] {
  if (ts.isIdentifier(name)) return [name];
  return name.elements.flatMap((element) => (ts.isBindingElement(element) ? namesIn(element.name) : []));
}

export function lineOf(file: ts.SourceFile, node: ts.Node): number {
  return file.getLineAndCharacterOfPosition(node.getStart()).line + 1;
}

/** Behind the line of the last import before an offset; 0 where there is none. */
export function endOfImports(file: ts.SourceFile, before: number): number {
  const last = file.statements.filter((one) => ts.isImportDeclaration(one) && one.end <= before).at(-1);
  if (last === undefined) return 0;
  const lineEnd = file.text.indexOf('\n', last.end);
  return lineEnd < 0 ? file.text.length : lineEnd;
}

/** Where a statement begins, with the comments that stand directly above it. */
export function startOf(file: ts.SourceFile, statement: ts.Node): number {
  let start = statement.getStart();
  for (const { pos, end } of (ts.getLeadingCommentRanges(file.text, statement.getFullStart()) ?? []).toReversed()) {
    if (/\n[^\S\n]*\n/.test(file.text.slice(end, start))) break;
    start = pos;
  }
  return start;
}

/** The paths that a relative specifier can mean, from the root of the app. */
export function pathsOf(specifier: string, importer: string): string[] {
  const path = posix.join(posix.dirname(importer), specifier.replace(/\.[jt]s$/, ''));
  return [`${path}.ts`, `${path}/index.ts`];
}
