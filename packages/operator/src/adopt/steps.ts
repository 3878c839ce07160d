/** Adds the steps by which functions reach the database to amplify/backend.ts. */
import ts from 'typescript';
import { findAll, parse } from '../generate/edit-source.js';
import { insertItem } from '../generate/insert-item.js';
import type { BackendFile } from './read-backend.js';
import { endOfImports, insertAll } from './source-file.js';
import { after, BEFORE, CLAUSES, IMPORTED_NAMES } from './step-text.js';

/**
 * The text of amplify/backend.ts with the steps. Nothing of the app's own is changed but for the call of defineBackend, which
 * gets one more item, and a name where it has none.
 */
export function addSteps({ file, call, imports, statement, variable, dataFile }: BackendFile): string {
  const items = [...(dataFile === undefined ? ['data'] : []), '...vpcPostgres.resourcesOf(functions)'];
  const text = items.reduce((result, item) => insertItem(result, listIn(result), item), file.text);
  const lines = Object.entries(IMPORTED_NAMES)
    .filter(([name]) => !imports.has(name))
    .map(([name, specifier]) => `import ${CLAUSES[name] ?? `{ ${name} }`} from '${specifier}';`);
  if (dataFile === undefined) lines.push("import { data } from './data/resource.js';");
  const at = endOfImports(file, statement.getStart());
  const [before, behind] = at === 0 ? ['', '\n\n'] : ['\n', ''];
  return insertAll(text, [
    { at, text: `${before}${lines.join('\n')}\n${BEFORE}${behind}` },
    ...(variable === undefined ? [{ at: call.getStart(), text: 'export const backend = ' }] : []),
    { at: text.length, text: `${text.endsWith('\n') ? '' : '\n'}${after(variable ?? 'backend')}` },
  ]);
}

/** What defineBackend gets. */
function listIn(text: string): ts.ObjectLiteralExpression {
  const call = findAll(parse(text), ts.isCallExpression).find(
    ({ expression }) => expression.getText() === 'defineBackend',
  );
  const list = call?.arguments[0];
  if (list === undefined || !ts.isObjectLiteralExpression(list)) throw new TypeError('defineBackend gets no list.');
  return list;
}
