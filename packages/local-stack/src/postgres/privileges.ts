/**
 * Works around "PostgreSQL refuses to run as root": decides as whom it runs instead, and who must own its folders then.
 * Creates no user, and changes nothing outside the folders that it is given.
 */
import { spawnSync } from 'node:child_process';
import { chown, lchown, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { LocalStackError } from '../local-stack-error.js';
import { moveAsideCommand } from '../shell-quote.js';

/** Ways to run a program that refuses root, best first. */
export type RootWorkaround = 'user-namespace' | 'nobody';

export interface Command {
  file: string;
  arguments: readonly string[];
}

/** How PostgreSQL's programs are run. */
export interface Privileges {
  /** `own-user` when this process is not root. */
  kind: 'own-user' | RootWorkaround;
  /** Turns a command into one that runs without root's identity, in the process that is started for it. */
  wrap(command: Command): Command;
  /**
   * Gives a folder, with all in it, to the user that PostgreSQL runs as. Takes it from root and nobody only.
   * @throws LocalStackError when it is someone else's
   */
  takeOwnership(directory: string): Promise<void>;
}

export interface PrivilegesOptions {
  /** Numeric user id of this process. @default process.getuid() */
  userId?: number;
  /** What may be tried as root, in this order. @default user namespace, then nobody */
  workarounds?: readonly RootWorkaround[];
}

interface Identity {
  userId: number;
  groupId: number;
}

/** What Linux calls the overflow user; `nobody` nearly everywhere. Postgres wants its user to have a name. */
const OVERFLOW_ID = 65_534;

/**
 * Decides as whom PostgreSQL runs.
 * @throws LocalStackError when this is root and no way to be someone else works
 */
export async function choosePrivileges(options: PrivilegesOptions = {}): Promise<Privileges> {
  const userId = options.userId ?? process.getuid?.() ?? OVERFLOW_ID;
  if (userId !== 0) return ownUser(userId);

  for (const workaround of options.workarounds ?? ['user-namespace', 'nobody']) {
    const privileges = workaround === 'user-namespace' ? userNamespace() : await nobody();
    if (privileges !== undefined && works(privileges)) return privileges;
  }
  throw new LocalStackError(
    'PostgreSQL refuses to run as root, and this machine allows neither a user namespace nor a change to nobody.',
    'Run npm start as an ordinary user.',
  );
}

function ownUser(userId: number): Privileges {
  return {
    kind: 'own-user',
    wrap: (command) => command,
    takeOwnership: async (directory) => {
      await refuseForeignOwner(directory, [userId]);
    },
  };
}

/** Inside, this process's user is called nobody; outside it stays root, so that files keep their owner. */
function userNamespace(): Privileges {
  const prefix = ['--user', `--map-user=${OVERFLOW_ID}`, `--map-group=${OVERFLOW_ID}`, '--'];
  return {
    kind: 'user-namespace',
    wrap: (command) => ({ file: 'unshare', arguments: [...prefix, command.file, ...command.arguments] }),
    takeOwnership: (directory) => giveTo({ userId: 0, groupId: 0 }, directory),
  };
}

/**
 * For containers whose seccomp profile refuses user namespaces, as Docker's does. The one capability that is kept lets
 * nobody reach a project below a private home, such as /root.
 */
async function nobody(): Promise<Privileges | undefined> {
  const identity = await findUser('nobody');
  if (identity === undefined) return undefined;
  const prefix = [
    `--reuid=${identity.userId}`,
    `--regid=${identity.groupId}`,
    '--clear-groups',
    '--inh-caps=+dac_override',
    '--ambient-caps=+dac_override',
    '--',
  ];
  return {
    kind: 'nobody',
    wrap: (command) => ({ file: 'setpriv', arguments: [...prefix, command.file, ...command.arguments] }),
    takeOwnership: (directory) => giveTo(identity, directory),
  };
}

function works(privileges: Privileges): boolean {
  const { file, arguments: args } = privileges.wrap({ file: 'true', arguments: [] });
  return spawnSync(file, args, { stdio: 'ignore', timeout: 5_000 }).status === 0;
}

async function findUser(name: string): Promise<Identity | undefined> {
  const users = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const fields = users
    .split('\n')
    .map((line) => line.split(':'))
    .find(([user]) => user === name);
  return fields === undefined ? undefined : { userId: Number(fields[2]), groupId: Number(fields[3]) };
}

async function giveTo(identity: Identity, directory: string): Promise<void> {
  const owner = await refuseForeignOwner(directory, [0, OVERFLOW_ID, identity.userId]);
  if (owner === identity.userId) return;
  // The folder itself comes last: its owner then says that everything in it has been given over.
  for (const entry of await readdir(directory, { withFileTypes: true, recursive: true })) {
    await lchown(join(entry.parentPath, entry.name), identity.userId, identity.groupId);
  }
  await chown(directory, identity.userId, identity.groupId);
}

async function refuseForeignOwner(directory: string, allowed: readonly number[]): Promise<number> {
  const { uid } = await stat(directory);
  if (allowed.includes(uid)) return uid;
  throw new LocalStackError(
    `${directory} belongs to another user (id ${uid}), and PostgreSQL uses only a folder of its own user.`,
    `Run npm start as that user, or move the folder aside: ${moveAsideCommand(directory)}`,
  );
}
