/**
 * Forwards a port of this machine to the database, through an instance, with Session Manager. The session's token goes to AWS's
 * plugin in its environment, never on its command line.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type SSMClient, StartSessionCommand, TerminateSessionCommand } from '@aws-sdk/client-ssm';
import { CommandError } from '../command-error.js';

export interface ForwardOptions {
  readonly ssm: SSMClient;
  readonly region: string;
  readonly instanceId: string;
  readonly host: string;
  readonly port: number;
  /** Of this process: the plugin gets them, too. */
  readonly env: NodeJS.ProcessEnv;
}

export interface ForwardedPort {
  /** On 127.0.0.1. */
  readonly localPort: number;
  /** Resolves with what the plugin wrote, when it ends by itself. */
  readonly ended: Promise<string>;
  close(): Promise<void>;
}

const PLUGIN = 'session-manager-plugin';
const DOCUMENT = 'AWS-StartPortForwardingSessionToRemoteHost';
/** As AWS's own command line names it. */
const RESPONSE_VARIABLE = 'AWS_SSM_START_SESSION_RESPONSE';
/** The last version that takes the session's token on its command line alone, where every process of the machine reads it. */
const LAST_WITHOUT_VARIABLE = [1, 2, 497, 0];
const OPENING_LIMIT_MILLIS = 20_000;
const POLL_MILLIS = 100;

/** @throws CommandError when AWS's plugin is missing or too old: it says how to install it. */
export function checkPlugin(env: NodeJS.ProcessEnv): void {
  const { stdout, error } = spawnSync(PLUGIN, ['--version'], { env, encoding: 'utf8' });
  const install =
    'https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html';
  if (error !== undefined) {
    throw new CommandError(
      `${PLUGIN} is not installed: AWS's program that carries a session, and no part of npm. Install it: ${install}`,
    );
  }
  const version = stdout.trim();
  if (compareVersions(version.split('.').map(Number), LAST_WITHOUT_VARIABLE) > 0) return;
  throw new CommandError(
    `${PLUGIN} is ${version || 'of an unknown version'}. Expected 1.2.536.0 or later, which takes the session's token from its ` +
      `environment. Install a newer one: ${install}`,
  );
}

/** @throws CommandError when the session cannot be started, or the port does not open. */
export async function forwardPort(options: ForwardOptions): Promise<ForwardedPort> {
  const { ssm, region, instanceId, host, port, env } = options;
  const localPort = await findFreePort();
  const request = {
    Target: instanceId,
    DocumentName: DOCUMENT,
    Parameters: { host: [host], portNumber: [String(port)], localPortNumber: [String(localPort)] },
  };
  const session = await ssm.send(new StartSessionCommand(request)).catch((error: Error) => {
    throw new CommandError(describeRefusal(error, instanceId), { cause: error });
  });
  const { SessionId, TokenValue, StreamUrl } = session;
  const endpoint = `https://ssm.${region}.amazonaws.com`;
  const plugin = spawn(
    PLUGIN,
    [RESPONSE_VARIABLE, region, 'StartSession', env.AWS_PROFILE ?? '', JSON.stringify(request), endpoint],
    {
      env: { ...env, [RESPONSE_VARIABLE]: JSON.stringify({ SessionId, TokenValue, StreamUrl }) },
      stdio: ['ignore', 'pipe', 'pipe'],
      // In a group of its own: Ctrl-C in psql cancels a query, and must not end the session below it.
      detached: true,
    },
  );
  const ended = whenEnded(plugin);
  const close = async () => {
    plugin.kill();
    await ended;
    await ssm.send(new TerminateSessionCommand({ SessionId })).catch(() => undefined);
  };
  try {
    await waitUntilOpen(localPort, ended);
  } catch (error) {
    await close();
    throw error;
  }
  return { localPort, ended, close };
}

function whenEnded(plugin: ChildProcess): Promise<string> {
  let output = '';
  for (const stream of [plugin.stdout, plugin.stderr]) stream?.on('data', (chunk) => (output += String(chunk)));
  return new Promise((resolve) => {
    plugin.once('error', (error) => resolve(error.message)).once('close', () => resolve(output.trim()));
  });
}

async function waitUntilOpen(localPort: number, ended: Promise<string>): Promise<void> {
  let end: string | undefined;
  void ended.then((output) => {
    end = output;
  });
  const giveUpAt = performance.now() + OPENING_LIMIT_MILLIS;
  while (performance.now() < giveUpAt) {
    if (end !== undefined) throw new CommandError(`The session ended before its port was open: ${end}`);
    if (await accepts(localPort)) return;
    await delay(POLL_MILLIS);
  }
  throw new CommandError(`The session's port was not open after ${OPENING_LIMIT_MILLIS / 1_000} s.`);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const end = (isOpen: boolean) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
}

/** Free at this moment; the plugin takes it a moment later. */
function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

function describeRefusal({ name, message }: Error, instanceId: string): string {
  if (/AccessDenied/.test(name)) {
    return (
      `You are not permitted to start a session. Needed: ssm:StartSession on the instance ${instanceId} and on the document ` +
      `${DOCUMENT}, and ssm:TerminateSession.`
    );
  }
  if (/TargetNotConnected/.test(name))
    return `Session Manager does not reach ${instanceId}. Does it run, with its agent?`;
  return `No session with ${instanceId} could be started: ${name}: ${message}`;
}

function compareVersions(left: readonly number[], right: readonly number[]): number {
  for (let index = 0; index < right.length; index += 1) {
    const difference = (left[index] ?? Number.NaN) - (right[index] ?? 0);
    // A version that is no version is older than all.
    if (difference !== 0) return Number.isNaN(difference) ? -1 : difference;
  }
  return 0;
}
