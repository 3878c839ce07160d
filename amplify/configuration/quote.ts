/** How a value appears in a message. */
import { REPLACE_ME } from './environment.js';

export function quote(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? String(value);
  return value === REPLACE_ME ? `${text}, still the placeholder` : text;
}
