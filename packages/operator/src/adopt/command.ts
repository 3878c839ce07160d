/** The command `adopt`: its options. What it does is loaded when it runs. */
import process from 'node:process';
import type { Command } from 'commander';
import type { AdoptOptions } from './adopt.js';

/** @param program in the group of the commands for an app */
export function addAdoptCommand(program: Command): void {
  program
    .command('adopt')
    .usage('--into DIR [options]')
    .description(
      'Brings the packages, and what an app needs around them, from this clone of the starter into an Amplify Gen 2 app that ' +
        'exists. Shows it as a diff, asks, and writes all of it or nothing. Keeps what the app has; never commits.',
    )
    .summary('bring PostgreSQL into an Amplify Gen 2 app that exists')
    .option('--into <DIR>', 'the app: the folder that holds amplify/, in a git work tree without changes')
    .option('--yes', 'write without asking', false)
    .option('--json', 'print the plan as one JSON object; writes with --yes alone', false)
    .action(async ({ into, ...options }: Omit<AdoptOptions, 'into'> & { into?: string }, command: Command) => {
      if (into === undefined) command.error("error: required option '--into <DIR>' not specified");
      const { adopt } = await import('./adopt.js');
      const isTerminal = process.stdout.isTTY === true;
      await adopt(
        { into, ...options },
        {
          isInteractive: isTerminal && process.stdin.isTTY === true,
          colour: isTerminal && process.stdout.hasColors(),
          print: (text) => console.log(text),
        },
      );
    });
}
