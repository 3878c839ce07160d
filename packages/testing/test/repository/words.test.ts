import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const PACKAGES = join(import.meta.dirname, '../../..');

/** Words that this project used before, and the field's word for each. */
const REPLACED: readonly (readonly [word: RegExp, instead: string])[] = [
  [/\bstand-ins?\b/i, 'emulator'],
  [/\btime-outs?\b/i, 'timeout'],
  [/\bstart-up\b/i, 'startup'],
  [/\b(done|tried) again\b/i, 'retried'],
  [/\bkeeps?Data\b/, 'removalPolicy'],
  [/\bCreated(Server|Network)Settings\b/, 'New…Settings'],
  [/\bGraphqlAnswer\b/, 'GraphqlResponse'],
  [/\bwhoever\b/i, 'who it is: the caller, the operator, another session'],
  [/\b(is|are) told\b/i, 'what happens: gets an error, is logged, is reported'],
];

interface Text {
  readonly path: string;
  readonly text: string;
}

function replacedWords({ path, text }: Text): string[] {
  return text.split('\n').flatMap((line, index) =>
    REPLACED.flatMap(([word, instead]) => {
      const found = word.exec(line)?.[0];
      return found === undefined ? [] : [`${path}:${index + 1} says "${found}": write ${instead}`];
    }),
  );
}

/** Sources, tests and documents of the packages. A changelog may name what was renamed, and this file must. */
function textsOfPackages(): Text[] {
  return readdirSync(PACKAGES, { recursive: true, encoding: 'utf8' })
    .filter(
      (path) => /\.(ts|md|sql|mjs)$/.test(path) && !/(^|\/)(node_modules|CHANGELOG\.md|words\.test\.ts)/.test(path),
    )
    .map((path) => ({ path: `packages/${path}`, text: readFileSync(join(PACKAGES, path), 'utf8') }));
}

test('no source, test or document of a package has a word that another has replaced', () => {
  const texts = textsOfPackages();

  expect(texts.length).toBeGreaterThan(500);
  expect(texts.flatMap(replacedWords)).toEqual([]);
});

test('a replaced word is found with its line and the word to write', () => {
  const text = 'An emulator has a timeout.\nA stand-in is tried again after its time-out.';

  expect(replacedWords({ path: 'docs/a.md', text })).toEqual([
    'docs/a.md:2 says "stand-in": write emulator',
    'docs/a.md:2 says "time-out": write timeout',
    'docs/a.md:2 says "tried again": write retried',
  ]);
});
