/** Runs the command line on a pseudo-terminal, as a person has it. Python's standard library makes the terminal. */
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';

const BIN = join(import.meta.dirname, '../bin/vpc-postgres.mjs');
const PYTHON = process.env.PYTHON ?? 'python3';

/** The tests that need a terminal are skipped without it. */
export const hasTerminal: boolean = spawnSync(PYTHON, ['-c', 'import pty, termios']).status === 0;

/** Standard input and output of it are the person's hands and eyes; it ends as the command ends. */
const TERMINAL = `
import fcntl, os, pty, select, struct, sys, termios
ROWS, COLUMNS = 50, 120
child, terminal = pty.fork()
if child == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', ROWS, COLUMNS, 0, 0))
    os.execvp(sys.argv[1], sys.argv[1:])
while True:
    ready, _, _ = select.select([terminal, 0], [], [])
    if terminal in ready:
        try:
            shown = os.read(terminal, 65536)
        except OSError:
            break
        if not shown:
            break
        os.write(1, shown)
    if 0 in ready:
        typed = os.read(0, 1024)
        if not typed:
            os.kill(child, 9)
            break
        os.write(terminal, typed)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
`;

export const KEYS = { down: '\u001b[B', enter: '\r', ctrlC: '\u0003' } as const;

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const PATIENCE_MILLIS = 60_000;

/** What a person does: waits until a text is on the screen, and then types. */
export type Step = readonly [shown: string, typed: string];

export interface TerminalRun {
  readonly status: number | null;
  /** Everything that was shown, with the codes that move the cursor and colour. */
  readonly shown: string;
  /** Whether it was hidden, and is visible again. */
  readonly isCursorRestored: boolean;
}

/** @throws Error with what was shown, when the text of a step does not come in a minute */
export async function runOnTerminal(
  args: readonly string[],
  { cwd, env, steps }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv; readonly steps: readonly Step[] },
): Promise<TerminalRun> {
  const child = spawn(PYTHON, ['-c', TERMINAL, process.execPath, BIN, ...args], {
    cwd,
    env: { ...env, TERM: 'xterm-256color' },
  });
  const left = [...steps];
  let shown = '';
  let unread = '';
  const timer = setTimeout(() => child.stdin.end(), PATIENCE_MILLIS);
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      shown += chunk;
      unread += chunk;
      const [step] = left;
      if (step === undefined || !unread.includes(step[0])) return;
      left.shift();
      unread = '';
      child.stdin.write(step[1]);
    });
  }
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  clearTimeout(timer);
  child.stdin.end();
  if (left.length > 0)
    throw new Error(`It ended with ${status}, and did not show ${JSON.stringify(left[0])}:\n${shown}`);
  const [hidden, visible] = [shown.lastIndexOf(HIDE_CURSOR), shown.lastIndexOf(SHOW_CURSOR)];
  return { status, shown, isCursorRestored: hidden >= 0 && visible > hidden };
}
