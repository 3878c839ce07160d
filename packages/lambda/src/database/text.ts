/** Says what PostgreSQL takes from JavaScript as it is. */

export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Its `text` has no U+0000; and UTF-8 has no lone surrogates, in whose place node-postgres would send U+FFFD. */
export function isStorableText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}
