/** Describes the options of `vpc-postgres replay`. */
import process from 'node:process';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { requireOption } from '../require-option.js';
import type { ReplayOptions } from './replay.js';

export function addReplayCommand(program: Command): void {
  program
    .command('replay')
    .description(
      'Reads what the proxy and the database of a deployed environment are set to, and starts the local stack with the same: ' +
        'timeouts, the share of connections, max_connections, parameters such as statement_timeout. Says what it could not take ' +
        'over. Reads AWS, and changes nothing there.',
    )
    .summary('start the local stack with the settings of a deployed environment')
    .option('--environment <NAME>', 'an environment of amplify/environments.ts, or a branch of a pattern')
    .hook('preAction', requireOption('--environment <NAME>'))
    .addOption(new Option('--app-id <ID>', 'for a branch that several apps have: the id of the app').env('AWS_APP_ID'))
    .option('--identifier <NAME>', 'for a sandbox: as in npx ampx sandbox --identifier (default: your user name)')
    .option('--directory <DIR>', 'of the local stack, as in npm start', '.local')
    .option('--concurrency <N>', 'execution environments of each Lambda function, as in npm start (default: 4)')
    .option(
      '--max-connections <N>',
      'of the database, where RDS computes it from the memory of the instance',
      readNumber,
    )
    .option('--json', 'print the settings as one JSON object, and start nothing', false)
    .addHelpText('after', '\nPORT and PROXY_PORT are as in npm start.')
    .action(async (options: ReplayOptions) => {
      const { replay } = await import('./replay.js');
      process.exitCode = await replay(process.cwd(), options, (text) => console.log(text));
    });
}

function readNumber(text: string): number {
  if (/^\d{1,6}$/.test(text) && Number(text) >= 1 && Number(text) <= 262_143) return Number(text);
  throw new InvalidArgumentError('Expected a whole number from 1 to 262143: show max_connections in psql.');
}
