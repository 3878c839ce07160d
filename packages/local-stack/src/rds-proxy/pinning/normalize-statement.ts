/** Normalizes statements that differ in numbers only, so that each is parsed once. */

/**
 * In a text with one of these, digits may be part of a name, an escape or a tag. Never in one without: there a whole
 * number of nine digits at most is a token of its own, or stands in a literal, a comment or a quoted name.
 */
const DIGITS_MAY_MATTER = /[$\\&]/;
/** Nine digits fit an integer; a longer one is another kind of token. 1 stands for all: the grammar refuses `float(0)`. */
const WHOLE_NUMBER = /(?<![\w."])\d{1,9}(?![\w."])/g;

/** Longer ones vary in more than numbers, if they vary. Also keeps their length: a text over 16 KB pins by that alone. */
const MAX_CHARACTERS = 4_096;

/** A text that PostgreSQL's grammar reads alike, token by token. */
export function normalizeStatement(text: string): string {
  return text.length > MAX_CHARACTERS || DIGITS_MAY_MATTER.test(text) ? text : text.replace(WHOLE_NUMBER, '1');
}
