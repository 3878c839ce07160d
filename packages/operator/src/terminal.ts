/** How a command prints on standard output: how wide, and whether in colour. */
import process from 'node:process';

export interface TextOptions {
  /** Of a line. */
  readonly columns: number;
  readonly colour: boolean;
}

/** Of a file or a pipe. */
const DEFAULT_COLUMNS = 100;

/** No colour in a file or a pipe, and none where NO_COLOR is set or the terminal has none. */
export function textOptions(): TextOptions {
  const { columns = DEFAULT_COLUMNS, isTTY } = process.stdout;
  return { columns, colour: isTTY === true && process.stdout.hasColors() };
}
