/** Describes the command `doctor`: its options and help. What it does is loaded when it runs. */
import process from 'node:process';
import { type Command, Option } from 'commander';
import type { DoctorOptions } from './doctor.js';

const EXIT_FOUND_PROBLEMS = 1;

type Options = Omit<DoctorOptions, 'environment'> & { readonly environment?: string; readonly policy: boolean };

export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description(
      'Reads the account, and checks the whole way from the functions to the database: a line a check, and for what is wrong ' +
        'what breaks without it and the fix to paste. Changes nothing, and reads no secret unless --secret-keys asks for it.',
    )
    .summary('check the way from the functions to the database')
    .option('--environment <NAME>', 'an environment of amplify/environments.ts, or a branch of a pattern')
    .addOption(
      new Option('--app-id <ID>', 'for a branch that several apps have: the id of the app in Amplify Hosting').env(
        'AWS_APP_ID',
      ),
    )
    .option('--identifier <NAME>', 'for a sandbox: as in npx ampx sandbox --identifier (default: your user name)')
    .option('--profile <NAME>', 'of the AWS configuration (default: the credentials at hand)')
    .option(
      '--secret-keys',
      "also read each database user's secret, to see whether it has the keys username and password and the right user; no " +
        'value is printed or kept',
      false,
    )
    .option(
      '--from-inside',
      'also invoke each deployed function with a database, which tries its own way to it: the one call that is no read',
      false,
    )
    .option('--json', 'print the report as one JSON object (packages/operator/docs/doctor.schema.json)', false)
    .option('--policy', 'print the IAM policy with the permissions that it needs, and do nothing else', false)
    .addHelpText(
      'after',
      '\nWithout a permission the checks that need it are left out, and the report says\nwhich permission that is.\n\n' +
        'Exit codes: 0 no problem, 1 found problems, 2 could not run.',
    )
    .action(async ({ policy, environment, ...options }: Options, command: Command) => {
      const { doctorPolicy, runDoctor } = await import('./doctor.js');
      if (policy && !(options.secretKeys && environment === undefined)) {
        return console.log(await doctorPolicy(environment, options));
      }
      if (environment === undefined) command.error("error: required option '--environment <NAME>' not specified");
      const { report, foundProblems } = await runDoctor({ ...options, environment });
      console.log(report);
      if (foundProblems) process.exitCode = EXIT_FOUND_PROBLEMS;
    });
}
