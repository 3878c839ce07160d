/** `npm run example:remove`: removes the example domain, and leaves a minimal one, or none, to start from. */
import process from 'node:process';
import { MigrationError } from '@vpc-postgres/lambda/database/migrate/migration-error.js';
import { Command, CommanderError } from 'commander';
import { CommandError } from './command-error.js';
import { type ExampleRemoveOptions, removeExample } from './example/remove-example.js';

const OUTLOOK = `
Exit codes:
  0  done; with --dry-run, can be done
  1  something of yours refers to the example; nothing was changed
  2  could not run: a wrong option, changes that are not committed, npm start is running

What is removed: src/orders, amplify/functions/orders-api, test/orders, the migrations
of the example and .local/data, which has their tables; site/src/orders, whose place a
greeting takes; the lines that list them; what README.md and docs/ say of them.
Migrations of your own are numbered anew.

Has a deployed database applied the example's migrations? The runner demands their
files there: use --keep-migrations. They stay, and one more drops the tables.`;

await main();

async function main(): Promise<void> {
  const program = new Command('npm run example:remove --')
    .usage('[options]')
    .description(
      'Removes the example domain in one step. A minimal domain, notes, takes its place, with one table, one query and one ' +
        'mutation, unless you have written a domain of your own.',
    )
    .option('--bare', 'leave no domain: one query, ping, which asks the database for its time', false)
    .option('--keep-migrations', 'keep the files of the migrations, and add one that drops the tables', false)
    .option('--dry-run', 'show what would be done, and change nothing', false)
    .option('--force', 'also with changes that are not committed', false)
    .helpOption('--help', 'show this text')
    .addHelpText('after', OUTLOOK)
    .showHelpAfterError('(--help shows the options)')
    .exitOverride()
    .action(async (options: ExampleRemoveOptions) => {
      const { problems, report } = await removeExample(process.cwd(), options);
      if (problems.length === 0) return console.log(report);
      console.error(report);
      process.exitCode = 1;
    });
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      return;
    }
    const isForOperator = error instanceof CommandError || error instanceof MigrationError;
    console.error(isForOperator ? error.message : error);
    process.exitCode = 2;
  }
}
