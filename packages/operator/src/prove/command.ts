/** The command `vpc-postgres prove`: its options. */
import process from 'node:process';
import { type Command, Option } from 'commander';
import type { ProveOptions } from './run.js';

const EXIT_FOUND_PROBLEMS = 1;

export function addProveCommand(program: Command): void {
  program
    .command('prove')
    .description(
      'Settles what only AWS can prove, in your account: each experiment has a question, what the local stack answers, and how it is ' +
        'measured. Says what it will do and how long it takes, asks, and writes a dated report with what differs. Creates and ' +
        'changes nothing. --environment local runs the same against npm start.',
    )
    .summary('settle in your account what only AWS can prove')
    .requiredOption('--environment <NAME>', 'a deployed environment of amplify/environments.ts, or local')
    .option('--only <ID...>', 'these experiments alone')
    .option('--yes', 'do not ask', false)
    .option('--out <FILE>', 'the report (default: prove-ENVIRONMENT-DATE.md)')
    .addOption(new Option('--app-id <ID>', 'for a branch: the id of the app in Amplify Hosting').env('AWS_APP_ID'))
    .option('--identifier <NAME>', 'for a sandbox: as in npx ampx sandbox --identifier (default: your user name)')
    .option('--instance <ID>', 'the instance to go through, as of vpc-postgres shell')
    .option('--host <HOST>', "the proxy's endpoint, if a deployment created it (default: the environment's)")
    .option('--port <PORT>', 'its port (default: 5432)')
    .option('--ca-file <FILE>', 'CA certificates in PEM that are trusted besides those of Node.js')
    .option('--console <URL>', 'of the local stack', 'http://localhost:3000')
    .addHelpText('after', '\nExit codes: 0 nothing differs, 1 something differs or failed, 2 could not run.')
    .action(async (options: ProveOptions) => {
      const { runProve } = await import('./run.js');
      if (await runProve(options, process.env)) process.exitCode = EXIT_FOUND_PROBLEMS;
    });
}
