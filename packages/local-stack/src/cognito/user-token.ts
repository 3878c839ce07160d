/** Implements `npm run user:token`: prints a token of the local user pool without a sign-in, and nothing else, for use in `$(…)`. */
import { parseArgs } from 'node:util';
import { LocalStackError } from '../local-stack-error.js';
import { DEFAULT_TOKEN_EXPIRES_IN_SECONDS, loadUserPool } from './user-pool.js';

/** npm runs a script in the folder of package.json, where `npm start` keeps its data. */
const STATE_DIRECTORY = '.local';

const USAGE = `Prints an access token of the local user pool, for the header "authorization" of a GraphQL request.

  npm run -s user:token -- --user alice
  npm run -s user:token -- --user ada@example.com --group admins --expires-in-seconds 60

  --user NAME               whose token: a username or an email address of the pool; any other name gets a token as if it
                            were in the pool, and always has the same sub
  --group NAME              a group, in the place of those that the user is in; may be given several times
  --expires-in-seconds N    a whole number; negative makes an expired token (default ${DEFAULT_TOKEN_EXPIRES_IN_SECONDS})
  --help                    this text
`;

async function main(): Promise<void> {
  const options = readOptions();
  if (options === 'help') {
    process.stdout.write(USAGE);
    return;
  }
  const userPool = await loadUserPool(STATE_DIRECTORY);
  process.stdout.write(`${await userPool.issueToken(options)}\n`);
}

function readOptions(): 'help' | { username: string; groups: string[] | undefined; expiresInSeconds: number } {
  const { user, group, help, ...rest } = parseOptions();
  if (help) return 'help';
  if (!user) {
    throw new LocalStackError('--user is missing.', 'Name one: npm run -s user:token -- --user alice');
  }
  const expiresIn = rest['expires-in-seconds'];
  const expiresInSeconds = Number(expiresIn ?? DEFAULT_TOKEN_EXPIRES_IN_SECONDS);
  if (expiresIn === '' || !Number.isSafeInteger(expiresInSeconds)) {
    throw new LocalStackError(
      `--expires-in-seconds must be a whole number; it is "${expiresIn}".`,
      'For example --expires-in-seconds 3600, or --expires-in-seconds=-60 for an expired token.',
    );
  }
  return { username: user, groups: group, expiresInSeconds };
}

function parseOptions() {
  try {
    return parseArgs({
      options: {
        user: { type: 'string' },
        group: { type: 'string', multiple: true },
        'expires-in-seconds': { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LocalStackError(reason, 'See: npm run -s user:token -- --help', { cause: error });
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof LocalStackError)) throw error;
  process.stderr.write(`${error.message}\n${error.fix}\n`);
  process.exitCode = 1;
}
