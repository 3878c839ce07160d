/** The folder that `npm start` keeps its data in: made private, and used by one starter at a time. */
import { once } from 'node:events';
import { access, constants, mkdir, rm, stat } from 'node:fs/promises';
import net from 'node:net';
import { join, relative } from 'node:path';
import { LocalStackError } from './local-stack-error.js';
import { moveAsideCommand } from './shell-quote.js';

export interface StateDirectory {
  path: string;
  /** Lets another starter use the folder. */
  release(): Promise<void>;
}

/**
 * @throws LocalStackError when the folder cannot be used, or another starter uses it.
 */
export async function openStateDirectory(path: string): Promise<StateDirectory> {
  await makePrivateDirectory(path);
  const lock = await lockDirectory(path);
  return {
    path,
    async release() {
      lock.close();
      await once(lock, 'close');
    },
  };
}

async function makePrivateDirectory(path: string): Promise<void> {
  const fix = `Make ${path} a folder that you can read and write, or move it aside: ${moveAsideCommand(path)}`;
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    if (!(await stat(path)).isDirectory()) throw new Error('it is not a folder');
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
    throw new LocalStackError(`${path} cannot be used (${reason}).`, fix, { cause });
  }
}

/**
 * A listening socket is a lock that the kernel releases with its process, whatever ends it; the file left behind answers
 * nobody, which tells a stale lock from a held one.
 */
async function lockDirectory(directory: string): Promise<net.Server> {
  // Socket paths end at about 100 characters, so the path is the short way from here.
  const absolute = join(directory, 'lock.sock');
  const fromHere = relative(process.cwd(), absolute);
  const path = fromHere.length < absolute.length ? fromHere : absolute;

  const holder = await processHolding(path);
  if (holder !== undefined) {
    throw new LocalStackError(
      `${directory} is in use by another npm start (process ${holder}).`,
      'Use that one, or stop it with Ctrl-C first.',
    );
  }
  await rm(path, { force: true });
  const server = net.createServer((socket) => socket.on('error', () => {}).end(String(process.pid)));
  server.listen(path);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new LocalStackError(
      `${directory} cannot be locked (${(cause as NodeJS.ErrnoException).code}).`,
      'Move the project to a folder with a shorter path, on a local disk.',
      { cause },
    );
  }
  // The lock alone does not keep the process alive.
  server.unref();
  return server;
}

async function processHolding(path: string): Promise<string | undefined> {
  const socket = net.connect(path);
  try {
    await once(socket, 'connect');
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString('utf8');
  } catch {
    return undefined;
  } finally {
    socket.destroy();
  }
}
