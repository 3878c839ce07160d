/** Adds a last item to an object or a list by insertion alone: not a character of what is there changes. */
import ts from 'typescript';

/** @param item without a comma, indented as if it stood at the margin */
export function insertItem(
  text: string,
  node: ts.ObjectLiteralExpression | ts.ArrayLiteralExpression,
  item: string,
): string {
  const items = ts.isArrayLiteralExpression(node) ? node.elements : node.properties;
  const last = items.at(-1);
  if (last === undefined) return insertFirst(text, node, item);
  const isOnOneLine = !text.slice(node.getStart(), node.getEnd()).includes('\n');
  if (isOnOneLine) {
    const separator = items.hasTrailingComma ? ' ' : ', ';
    const end = items.hasTrailingComma ? items.end : last.getEnd();
    return replaceRange(text, end, end, `${separator}${item}`);
  }
  const indent = indentOf(text, last.getStart());
  const end = items.hasTrailingComma ? items.end : last.getEnd();
  // A comment behind the last item stays on its line.
  const lineEnd = end + (/^[^\S\n]*(\/\/[^\n]*|\/\*[^\n]*?\*\/)?(?=[^\S\n]*\n)/.exec(text.slice(end))?.[0].length ?? 0);
  const comma = items.hasTrailingComma ? '' : ',';
  const trailing = items.hasTrailingComma ? ',' : '';
  return `${text.slice(0, end)}${comma}${text.slice(end, lineEnd)}\n${indent}${indented(item, indent)}${trailing}${text.slice(lineEnd)}`;
}

function insertFirst(text: string, node: ts.Node, item: string): string {
  const indent = indentOf(text, node.getStart());
  const open = node.getStart() + 1;
  if (ts.isArrayLiteralExpression(node)) return replaceRange(text, open, open, item);
  return replaceRange(text, open, node.getEnd() - 1, `\n${indent}  ${indented(item, `${indent}  `)}\n${indent}`);
}

const indented = (item: string, indent: string) => item.replaceAll(/\n(?=.)/g, `\n${indent}`);

/** The blanks at the start of the line of an offset. */
export function indentOf(text: string, offset: number): string {
  return /^[^\S\n]*/.exec(text.slice(text.lastIndexOf('\n', offset - 1) + 1))?.[0] ?? '';
}

export function replaceRange(text: string, start: number, end: number, by: string): string {
  return text.slice(0, start) + by + text.slice(end);
}
