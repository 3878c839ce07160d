/** Describes the options of `vpc-postgres discover`. */
import process from 'node:process';
import type { Command } from 'commander';
import type { DiscoverOptions } from './discovery.js';

export function addDiscoverCommand(program: Command): void {
  program
    .command('discover')
    .description(
      'Lists the VPCs, private subnets, PostgreSQL databases and proxies of an account with the AWS credentials at hand, makes ' +
        'an environment of them, and shows it as a change of amplify/environments.ts and cdk.context.json. Writes only when ' +
        'told yes. Asks what is not clear on a terminal; elsewhere the options say it. Reads AWS, and changes nothing there.',
    )
    .summary('find the VPC and the database, and write the environment')
    .option('--environment <NAME>', 'the environment to write', 'sandbox')
    .option('--region <REGION>', "default: the environment's, or that of the AWS configuration")
    .option('--vpc <ID>', 'default: the only one with PostgreSQL and private subnets in two zones')
    .option('--subnets <WHICH>', 'isolated, withEgress, or ids: subnet-a,subnet-b (default: isolated, where there are)')
    .option('--database <NAME>', 'a proxy, instance or cluster; new: create one (default: the only proxy or database)')
    .option('--database-name <NAME>', 'of the PostgreSQL database, where RDS does not say')
    .option('--user <NAME>', 'that the functions connect as (default: that of the environment, or app)')
    .option(
      '--secret <ARN>',
      "for a new proxy before a database without IAM authentication: the secret with user's password",
    )
    .option('--yes', 'write it', false)
    .option('--json', 'print everything as one JSON object: packages/operator/docs/discover.md', false)
    .action(async (options: DiscoverOptions) => {
      const { discover } = await import('./discover.js');
      console.log(await discover(process.cwd(), options));
    });
}
