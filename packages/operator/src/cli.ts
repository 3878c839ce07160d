/** The command line `vpc-postgres`: its commands, options and exit codes. A command is loaded when it runs. */
import process from 'node:process';
import { ConfigurationError } from '@vpc-postgres/backend/configuration/configuration-error.js';
import { MigrationError } from '@vpc-postgres/lambda/database/migrate/migration-error.js';
import { Command, CommanderError, Help, Option } from 'commander';
import { addAdoptCommand } from './adopt/command.js';
import { CommandError } from './command-error.js';
import { addCostCommand } from './cost/command.js';
import { addDiscoverCommand } from './discover/command.js';
import { addDoctorCommand } from './doctor/command.js';
import type { BaselineOptions } from './migrate-baseline.js';
import type { NewDomainOptions } from './new-domain.js';
import type { NewFunctionOptions } from './new-function.js';
import { addProveCommand } from './prove/command.js';
import { addReplayCommand } from './replay/command.js';
import { requireOption } from './require-option.js';
import type { SbomOptions } from './sbom.js';
import { addShellCommand } from './shell/command.js';
import type { SqlSecretOptions } from './sql-secret.js';

const EXIT_FOUND_PROBLEMS = 1;
const EXIT_COULD_NOT_RUN = 2;

const OVERVIEW = `
Examples:
  $ npx vpc-postgres new domain invoices
  $ npx vpc-postgres new function send-reminder --no-database
  $ npx vpc-postgres migrate baseline --through 0002-orders.sql --environment main --via localhost:5433
  $ npx vpc-postgres sql-secret --environment main --app-id d1example --dry-run
  $ npx vpc-postgres doctor --environment main
  $ npx vpc-postgres sbom --out sbom.json
  $ npx vpc-postgres lint-templates 'templates/amplify*.template.json'

Exit codes:
  0  done, and nothing was found
  1  found problems: in the account, a vulnerable package, a finding in a template
  2  could not run: a wrong option, a missing program, a refused connection or permission; the message says which

Run it in the folder that holds amplify/. npx vpc-postgres COMMAND --help has a command's options.`;

/** Runs a command, prints its result, and sets the exit code of this process. */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  // Printed before each command on Node.js 20: of a later version of the SDK, and the versions here are pinned.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  try {
    await createProgram().parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      // commander has printed it: the help (0), or what is wrong with the arguments.
      process.exitCode = error.exitCode === 0 || argv.length === 0 ? 0 : EXIT_COULD_NOT_RUN;
      return;
    }
    const isForOperator = [CommandError, MigrationError, ConfigurationError].some((type) => error instanceof type);
    console.error(isForOperator ? (error as Error).message : error);
    process.exitCode = EXIT_COULD_NOT_RUN;
  }
}

function createProgram(): Command {
  const program = new Command('vpc-postgres')
    .usage('COMMAND [options]')
    .description('Works on a laptop against AWS, for an Amplify app with PostgreSQL in a private VPC.')
    .helpOption('-h, --help', 'show this text')
    .helpCommand(false)
    // That a switch is off by itself needs no words.
    .configureHelp({
      optionDescription: (option) => new Help().optionDescription(option).replace(/ \(default: false\)$/, ''),
    })
    .showHelpAfterError('(--help shows the commands and options)')
    .exitOverride()
    .addHelpText('after', OVERVIEW);
  addNewCommands(program.commandsGroup('Your app:'));
  addAdoptCommand(program);
  addDatabaseCommands(program.commandsGroup('Database:'));
  addCodeCommands(program.commandsGroup('What is deployed:'));
  const account = program.commandsGroup('Your AWS account:');
  addDiscoverCommand(account);
  addDoctorCommand(account);
  addCostCommand(account);
  addShellCommand(account);
  addReplayCommand(account);
  addProveCommand(account);
  return program;
}

function addNewCommands(program: Command): void {
  const create = program
    .command('new')
    .usage('COMMAND [options]')
    .description('new function, new domain: write the files, and the lines that list them')
    .helpCommand(false);
  create
    .command('function')
    .argument('<NAME>', 'words of a-z and 0-9 with hyphens, for example send-reminder')
    .description(
      'Writes a Lambda function to amplify/functions/NAME, its line in amplify/functions/functions.ts, and a query that calls ' +
        'it in amplify/data/schema.ts. Both files are edited in place.',
    )
    .summary('write a Lambda function, and a field that calls it')
    .option('--no-database', 'outside the VPC: for what needs the internet and not the database')
    .action(async (name: string, options: NewFunctionOptions) => {
      const { createFunction } = await import('./new-function.js');
      console.log(await createFunction(process.cwd(), name, options));
    });
  create
    .command('domain')
    .argument('<NAME>', 'a plural: words of a-z and 0-9 with hyphens, for example invoices')
    .description(
      'Writes a migration with a table whose rows belong to users, by row-level security; src/NAME with a query and a ' +
        'mutation, their part of the schema and samples for npm start; the function NAME-api that serves them; a test.',
    )
    .summary('write a table with row-level security, a query, a mutation and a test')
    .option('--item <NAME>', 'what one row is called (default: NAME without its s)')
    .action(async (name: string, options: NewDomainOptions) => {
      const { createDomain } = await import('./new-domain.js');
      console.log(await createDomain(process.cwd(), name, options));
    });
}

function addDatabaseCommands(program: Command): void {
  const migrate = program
    .command('migrate')
    .usage('COMMAND [options]')
    .description('migrate baseline: record migrations as applied, without running them')
    .helpCommand(false);
  migrate
    .command('baseline')
    .description(
      'Records every migration up to and including NAME as applied, without running it: for a database that has had its ' +
        'tables before it had migrations. The next deployment applies those behind NAME. Without --yes it does everything ' +
        'and rolls it back, so that nothing changes.',
    )
    .summary('record migrations as applied, without running them')
    .option('--through <NAME>', 'the last file whose tables are there, for example 0003-add-invoices.sql')
    .hook('preAction', requireOption('--through <NAME>'))
    .option('--yes', 'record it', false)
    .option('--directory <DIR>', 'the folder of the migrations', 'src/migrations')
    .optionsGroup('Where the database is (default: the local stack that npm start runs):')
    .option('--environment <NAME>', 'a deployed environment of amplify/environments.ts')
    .option('--host <HOST>', 'any other PostgreSQL, or the endpoint that a deployment created; a folder: its socket')
    .option('--port <PORT>', "its port (default: the environment's, or 5432)")
    .option('--database <NAME>', "its database (default: the environment's)")
    .option('--user <USER>', 'migrator, or a user that can act as owner (default: migrator)')
    .option('--via <HOST:PORT>', 'a tunnel to it, such as localhost:5433; token and certificate stay those of HOST')
    .option('--ca-file <FILE>', 'CA certificates in PEM that are trusted besides those of Node.js')
    .option('--no-tls', 'for a PostgreSQL of this machine')
    .addHelpText(
      'after',
      '\nThe local stack gets an IAM token. So does an environment, signed with the AWS\n' +
        'credentials at hand, unless PGPASSWORD is set. Any other PostgreSQL gets\nPGPASSWORD.',
    )
    .action(async (options: BaselineOptions) => {
      const { recordBaseline } = await import('./migrate-baseline.js');
      console.log(await recordBaseline(options, process.env.PGPASSWORD));
    });

  program
    .command('sql-secret')
    .description(
      'Copies the RDS secret of the SQL data source from Secrets Manager to the two parameters that Amplify reads: ' +
        'SQL_CONNECTION_URI and SQL_CERTIFICATE_AUTHORITY. Run it again after each change of the password. Prints no secret.',
    )
    .summary("copy the SQL data source's secret to where Amplify reads it")
    .option('--environment <NAME>', 'a deployed environment of amplify/environments.ts, or a branch of a pattern')
    .hook('preAction', requireOption('--environment <NAME>'))
    .addOption(new Option('--app-id <ID>', 'for a branch: the id of the app in Amplify Hosting').env('AWS_APP_ID'))
    .option('--identifier <NAME>', 'for a sandbox: as in npx ampx sandbox --identifier (default: your user name)')
    .option('--secret-arn <ARN>', "the secret, if not the environment's sqlDataSource.secretArn")
    .option(
      '--ca-file <FILE>',
      "CA certificates in PEM, at most 4096 bytes (default: those of the environment's proxy, or of RDS in its region)",
    )
    .option('--replace', 'replace parameters that lead to another host, role or database, or trust another CA', false)
    .option('--dry-run', 'read and check everything, and write nothing', false)
    .option('--json', 'print what was done as one JSON object', false)
    .action(async (options: SqlSecretOptions) => {
      const { copySqlSecret } = await import('./sql-secret.js');
      console.log(await copySqlSecret(options));
    });
}

function addCodeCommands(program: Command): void {
  program
    .command('sbom')
    .description(
      'Bundles the functions of amplify/functions as they are deployed, and prints a bill of materials in CycloneDX 1.6: each ' +
        'bundle with its SHA-256, and the npm packages whose bytes are in it, with version, licence and hash. Needs no network. ' +
        'The same code gives the same bytes. With SOURCE_DATE_EPOCH, seconds since 1970, it also has a time.',
    )
    .summary('list the npm packages whose bytes are in Lambda (CycloneDX 1.6)')
    .option('--out <FILE>', 'write it there (default: standard output)')
    .action(async ({ out }: Pick<SbomOptions, 'out'>) => {
      const { writeBillOfMaterials } = await import('./sbom.js');
      await writeBillOfMaterials(process.cwd(), { out, sourceDateEpoch: process.env.SOURCE_DATE_EPOCH });
    });

  program
    .command('audit')
    .description(
      "Bundles the functions as they are deployed, and asks npm's registry for advisories against the packages whose bytes are " +
        'in the bundles. What only builds or tests is left out. Exits 2 when the registry has no advisories.',
    )
    .summary("ask npm's registry for advisories against these packages")
    .action(async () => {
      const { auditLambda } = await import('./audit-lambda.js');
      const { vulnerable, report } = await auditLambda(process.cwd());
      if (!vulnerable) return console.log(report);
      console.error(report);
      process.exitCode = EXIT_FOUND_PROBLEMS;
    });

  program
    .command('lint-templates')
    .usage('GLOB...')
    .argument('<GLOB...>', "templates that npm run synth wrote, for example 'DIR/amplify*.template.json'")
    .description('Runs cfn-lint on CloudFormation templates, with .cfnlintrc.yaml of this folder if there is one.')
    .summary('check CloudFormation templates with cfn-lint')
    .action(async (patterns: readonly string[]) => {
      const { lintTemplates } = await import('./lint-templates.js');
      if (!lintTemplates(patterns)) process.exitCode = EXIT_FOUND_PROBLEMS;
    });
}
