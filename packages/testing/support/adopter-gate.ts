/** Runs what an adopter runs after an edit, and what Amplify Hosting runs before it deploys. */
import type { AdopterProject, CommandRun } from './adopter-project.js';

const COMMANDS = {
  check: ['npm', 'run', '--silent', 'check'],
  gate: ['npm', 'test', '--silent', '--', '--project', 'app'],
  start: ['npm', 'start', '--silent', '--', '--once'],
} as const;

const synth = (environment: string) => ['npm', 'run', '--silent', 'synth', '--', '--environment', environment] as const;

/** @returns the commands that ended with another status than 0, each with what it printed. */
export function failuresOfGate(
  project: AdopterProject,
  { environments = ['example'], localStack = true }: { environments?: readonly string[]; localStack?: boolean } = {},
): CommandRun[] {
  return [COMMANDS.check, COMMANDS.gate, ...environments.map(synth), ...(localStack ? [COMMANDS.start] : [])]
    .map(([command, ...args]) => project.run(command, ...args))
    .filter(({ status }) => status !== 0);
}
