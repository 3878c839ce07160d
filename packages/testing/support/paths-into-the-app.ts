/** Finds paths that a file of a package builds from where it is, and that lead into the app at the root of the repository. */
import { posix } from 'node:path';
import ts from 'typescript';
import type { SourceFile } from './import-rules.js';

/** What is the adopter's, relative to the repository. */
const APP = /^(amplify|src|test)(\/|$)|^local\.config\.ts$/;
/** Marks a part of a path that is known only when the code runs. */
const UNKNOWN = '*';

/**
 * Evaluates join(), resolve() and new URL() with texts, `import.meta.dirname`, `import.meta.url` and constants of the same file.
 * What is known of a path decides: `join(ROOT, 'src', name)` is reported as src/*.
 * @returns each path, relative to the repository
 */
export function pathsIntoTheApp({ path, text }: SourceFile): string[] {
  if (!text.includes('import.meta.')) return [];
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const constants = new Map<string, string>();
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    ts.forEachChild(node, visit);
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer !== undefined) {
      const value = evaluate(node.initializer, path, constants);
      if (value !== undefined) constants.set(node.name.text, value);
    }
    if (ts.isExpression(node)) {
      const value = evaluate(node, path, constants);
      if (value !== undefined && APP.test(value)) found.add(value);
    }
  };
  visit(file);
  return [...found];
}

/** @returns a path relative to the repository; undefined for what is no path that begins at the file */
function evaluate(node: ts.Expression, path: string, constants: ReadonlyMap<string, string>): string | undefined {
  const part = (expression: ts.Expression) => evaluate(expression, path, constants);
  if (ts.isIdentifier(node)) return constants.get(node.text);
  if (ts.isPropertyAccessExpression(node))
    return metaProperty(node, path) ?? (node.name.text === 'pathname' ? part(node.expression) : undefined);
  if (ts.isTemplateExpression(node)) return template(node, part);
  if (ts.isNewExpression(node)) {
    const [relative, base] = node.arguments ?? [];
    if (node.expression.getText() !== 'URL' || relative === undefined || base === undefined) return undefined;
    const from = part(base);
    return from && ts.isStringLiteralLike(relative) ? posix.join(posix.dirname(from), relative.text) : undefined;
  }
  if (!ts.isCallExpression(node)) return undefined;
  const [first, ...rest] = node.arguments;
  if (first === undefined) return undefined;
  const called = node.expression.getText();
  if (/^(fileURLToPath|pathToFileURL)$/.test(called)) return part(first);
  if (/^(posix\.)?dirname$/.test(called)) return mapped(part(first), posix.dirname);
  if (!/^(path\.|posix\.)?(join|resolve)$/.test(called)) return undefined;
  return mapped(part(first), (from) =>
    posix.join(from, ...rest.map((one) => (ts.isStringLiteralLike(one) ? one.text : UNKNOWN))),
  );
}

function metaProperty(node: ts.PropertyAccessExpression, path: string): string | undefined {
  const text = node.getText();
  if (text === 'import.meta.dirname') return posix.dirname(path);
  return text === 'import.meta.url' || text === 'import.meta.filename' ? path : undefined;
}

function template(node: ts.TemplateExpression, part: (one: ts.Expression) => string | undefined): string | undefined {
  const [first, ...rest] = node.templateSpans;
  if (node.head.text !== '' || first === undefined) return undefined;
  return mapped(part(first.expression), (from) =>
    posix.normalize(from + first.literal.text + rest.map(({ literal }) => UNKNOWN + literal.text).join('')),
  );
}

function mapped(value: string | undefined, change: (value: string) => string): string | undefined {
  return value === undefined ? undefined : change(value);
}
