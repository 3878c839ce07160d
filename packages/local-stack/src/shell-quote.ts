/** Quotes for a POSIX shell, so that a command that is printed can be pasted, whatever stands in a path. */

/** What no shell reads as anything else. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/** @returns the text as one word of a command line; unchanged where it needs no quotes */
export function quoteForShell(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** The command that moves a file or folder to the same name with `.old` behind it. */
export function moveAsideCommand(path: string): string {
  return `mv ${quoteForShell(path)} ${quoteForShell(`${path}.old`)}`;
}
