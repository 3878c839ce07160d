/** Breaks a text into lines of a terminal. */

/** Neither parts a number from its `%`, nor what is in braces. */
const UNPARTED = / (?!%|[^{}]*\})/;

/** @returns lines of `columns` characters at most, where no word is longer, each behind `indent` */
export function wrapText(text: string, columns: number, indent = ''): string[] {
  const lines: string[] = [];
  for (const word of text.split(UNPARTED)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > columns) lines.push(indent + word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
