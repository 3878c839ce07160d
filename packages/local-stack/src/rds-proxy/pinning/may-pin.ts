/** Spares most statements the parser: a text without any of the words that pin cannot pin. */

/**
 * A part of every keyword and function name in rules.ts. They are looked for anywhere, literals and comments included, so
 * this errs on the side of parsing. U& begins an identifier that may spell a name with escapes instead of letters.
 */
const WORDS = /set|prepare|execute|deallocate|discard|temp|declare|listen|load|nextval|advisory|u&/i;

/** False only when the parser would find nothing. */
export function mayPin(text: string): boolean {
  return WORDS.test(text);
}
