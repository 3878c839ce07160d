/** The command `vpc-postgres shell`: its options. */
import process from 'node:process';
import type { Command } from 'commander';
import type { ShellOptions } from './open-shell.js';

export function addShellCommand(program: Command): void {
  program
    .command('shell')
    .usage('--environment NAME [options] [-- PSQL OPTIONS]')
    .argument('[PSQL OPTIONS...]', "for psql, behind --, for example -- -c 'select now()'")
    .description(
      'Opens psql at the database of a deployed environment: through an instance that exists, by port forwarding of Session ' +
        'Manager, with an IAM token of your own role and verified TLS. Nothing is opened to the internet, and no password is on a ' +
        "command line. Needs AWS's session-manager-plugin. It starts and creates no instance: it says which there are.",
    )
    .summary('open psql through an instance of the VPC, with your own role')
    .requiredOption('--environment <NAME>', 'a deployed environment of amplify/environments.ts')
    .option('--read-only', 'begin every transaction as READ ONLY', false)
    .option('--print', 'open the tunnel, and print how any client connects', false)
    .option(
      '--print-bastion',
      'print the CloudFormation template of an instance to go through, and do nothing else',
      false,
    )
    .option('--instance <ID>', 'the instance to go through (default: the only one that Session Manager reaches)')
    .option('--user <USER>', "the database user (default: the environment's)")
    .option('--database <NAME>', "the database (default: the environment's)")
    .option('--host <HOST>', "the endpoint, if a deployment created it (default: the environment's)")
    .option('--port <PORT>', 'its port (default: 5432)')
    .option(
      '--ca-file <FILE>',
      "CA certificates in PEM (default: Amazon's for a proxy, those of RDS in the region for a database)",
    )
    .action(async (clientArguments: readonly string[], options: ShellOptions & { printBastion: boolean }) => {
      if (options.printBastion) {
        const { bastionTemplate } = await import('./bastion-template.js');
        process.stdout.write(bastionTemplate());
        return;
      }
      const { openShell } = await import('./open-shell.js');
      process.exitCode = await openShell(options, clientArguments, process.env);
    });
}
