/** Runs moto, an imitation of AWS, on a free port of this machine. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const START_TIMEOUT_MILLIS = 30_000;

export interface Moto {
  readonly url: string;
  /** Forgets every resource of every account. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/** A shell that ends moto as soon as its own input closes, which happens even when this process is killed. */
const UNTIL_INPUT_CLOSES = '"$0" "$@" </dev/null & read -r _; kill $! && wait $!';

/** @param command the program moto_server */
export async function startMoto(command: string): Promise<Moto> {
  const child = spawn('sh', ['-c', UNTIL_INPUT_CLOSES, command, '-H', '127.0.0.1', '-p', '0'], {
    env: { PATH: process.env.PATH },
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const stop = async () => {
    if (child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.stdin.end();
    await ended;
  };
  try {
    const url = await readAddress(child.stderr);
    const reset = async () => {
      const { ok, status } = await fetch(`${url}/moto-api/reset`, { method: 'POST' });
      if (!ok) throw new Error(`moto does not reset: HTTP ${status}.`);
    };
    return { url, reset, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** moto says which port it took. What it says later, a line for each request, is read and dropped. */
function readAddress(stderr: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const fail = () => reject(new Error(`moto did not start in ${START_TIMEOUT_MILLIS} ms. It said:\n${said}`));
    const timer = setTimeout(fail, START_TIMEOUT_MILLIS);
    stderr.setEncoding('utf8').on('data', (chunk: string) => {
      said = said.length < 10_000 ? said + chunk : said;
      const url = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(said)?.[1];
      if (url === undefined) return;
      clearTimeout(timer);
      resolve(url);
    });
    stderr.on('end', fail);
  });
}
