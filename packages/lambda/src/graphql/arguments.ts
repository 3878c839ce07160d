/** Checks the text in a field's arguments, at any depth, before the field's own code sees them. */
import { isStorableText } from '../database/text.js';
import { type InputProblem, InvalidInputError } from './client-error.js';

/** A request can hold a hundred thousand such texts, with paths of any length: more than Lambda lets a response hold. */
const PROBLEMS_LIMIT = 20;
const PATH_LIMIT = 200;

/**
 * What cannot be stored as it is would fail as an error of ours, or be stored as another text.
 *
 * @param args `event.arguments` of AppSync.
 * @throws InvalidInputError with the path of each text, and of each name in a JSON value, that PostgreSQL cannot store.
 */
export function assertStorableText(args: unknown): void {
  const problems: InputProblem[] = [];
  const values: { value: unknown; path: string }[] = [{ value: args, path: '' }];
  // The list grows while it is read.
  for (const { value, path } of values) {
    if (problems.length === PROBLEMS_LIMIT) break;
    if (typeof value === 'string' && !isStorableText(value)) problems.push(notStorable(path));
    if (typeof value !== 'object' || value === null) continue;
    for (const [key, inner] of Object.entries(value)) {
      const innerPath = Array.isArray(value) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
      values.push(isStorableText(key) ? { value: inner, path: innerPath } : { value: key, path: innerPath });
    }
  }
  if (problems.length > 0) throw new InvalidInputError(problems);
}

function notStorable(path: string): InputProblem {
  return {
    field: path.slice(0, PATH_LIMIT).toWellFormed(),
    message: 'Expected well-formed Unicode text without U+0000.',
  };
}
