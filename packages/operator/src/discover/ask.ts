/** Asks a person on a terminal, with @clack/prompts. */
import process from 'node:process';
import { CommandError } from '../command-error.js';

/** Asks a person. */
export interface Ask {
  select(message: string, options: readonly { value: string; label: string; hint?: string }[]): Promise<string>;
  text(message: string, initial: string): Promise<string>;
}

/** Lists of 200 VPCs are searched by typing. */
const LONG_LIST = 10;

/** @returns nothing where no terminal is */
export async function askOnTerminal(): Promise<(Ask & { confirm(message: string): Promise<boolean> }) | undefined> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return undefined;
  const { autocomplete, confirm, isCancel, select, text } = await import('@clack/prompts');
  const answered = <Value>(value: Value): Exclude<Value, symbol> => {
    if (isCancel(value)) throw new CommandError('Stopped. Nothing was written.');
    return value as Exclude<Value, symbol>;
  };
  return {
    async select(message, options) {
      const question = { message, options: [...options] };
      return answered(await (options.length > LONG_LIST ? autocomplete(question) : select(question)));
    },
    async text(message, initialValue) {
      return answered(await text({ message, initialValue }));
    },
    async confirm(message) {
      return answered(await confirm({ message }));
    },
  };
}
