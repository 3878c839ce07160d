/** The example domain gives way to the adopter's own. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addTable } from '../../support/adopter-edits.js';
import { failuresOfGate } from '../../support/adopter-gate.js';
import { type AdopterProject, cloneForAdopter } from '../../support/adopter-project.js';

let project: AdopterProject;

beforeEach(() => {
  project = cloneForAdopter();
});

afterEach(() => project.remove());

function succeed(command: string, ...args: readonly string[]): string {
  const { status, output } = project.run(command, ...args);
  expect(status, output).toBe(0);
  return output;
}

/** Where an adopter would meet the example again. */
function mentionsOfTheExample(): string[] {
  const { output } = project.run(
    'git',
    'grep',
    '--untracked',
    '--ignore-case',
    '--line-number',
    '-E',
    '\\borders\\b|orders-api|(create|cancel|get)Order|OrderStatus',
    '--',
    'amplify',
    'src',
    'test',
    'local.config.ts',
    'README.md',
  );
  return output.split('\n').filter((line) => line !== '');
}

test('the example removed, a minimal domain stays', () => {
  succeed('npm', 'run', '--silent', 'example:remove');

  expect(failuresOfGate(project)).toEqual([]);
  expect(mentionsOfTheExample()).toEqual([]);
});

test('the example removed, and a domain and two functions written with the generators', () => {
  succeed('npm', 'run', '--silent', 'example:remove');
  project.commit();
  succeed('npx', '--no-install', 'vpc-postgres', 'new', 'domain', 'invoices');
  succeed('npx', '--no-install', 'vpc-postgres', 'new', 'function', 'reports');
  succeed('npx', '--no-install', 'vpc-postgres', 'new', 'function', 'send-mail', '--no-database');

  expect(failuresOfGate(project)).toEqual([]);
});

test('the example removed with --bare, no domain is left', () => {
  succeed('npm', 'run', '--silent', 'example:remove', '--', '--bare');

  expect(failuresOfGate(project)).toEqual([]);
  expect(mentionsOfTheExample()).toEqual([]);
});

test('the example removed after migrations of the adopter were added', () => {
  addTable(project);
  project.commit();
  succeed('npm', 'run', '--silent', 'example:remove');

  expect(project.run('npm', 'run', '--silent', 'migrate:check')).toMatchObject({ status: 0 });
});
