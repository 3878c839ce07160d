/** Rejects a command line that lacks an option. */
import type { Command } from 'commander';

/**
 * Rejects a command without an option that it needs, after unknown options were rejected: commander's requiredOption() comes
 * before, and would call a misspelled option missing.
 */
export function requireOption(flags: string): (command: Command) => void {
  return (command) => {
    const option = command.options.find((one) => one.flags === flags);
    if (option === undefined) throw new TypeError(`${command.name()} has no option ${flags}.`);
    if (command.getOptionValue(option.attributeName()) === undefined) {
      command.error(`error: required option '${flags}' not specified`);
    }
  };
}
