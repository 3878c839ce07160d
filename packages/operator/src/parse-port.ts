/** Reads a port from the command line. */
import { TokenError } from './token-error.js';

/** @throws TokenError */
export function parsePort(option: string, text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new TokenError(`${option} is ${JSON.stringify(text)}, and must be 1 to 65535.`);
  return port;
}
