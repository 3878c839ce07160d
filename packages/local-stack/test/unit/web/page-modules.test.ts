/** The pages' modules are checked as they are served: JavaScript, with the browser's types. */
import { join } from 'node:path';
import { exhaustive } from '@vpc-postgres/testing/support/exhaustive.js';
import ts from 'typescript';
import { expect, test } from 'vitest';

const CONFIGURATION = join(import.meta.dirname, '../../../src/web/jsconfig.json');

test.runIf(exhaustive)('the modules of the pages have no type error', { timeout: 60_000 }, () => {
  const { config } = ts.readConfigFile(CONFIGURATION, ts.sys.readFile);
  const { fileNames, options, errors } = ts.parseJsonConfigFileContent(config, ts.sys, join(CONFIGURATION, '..'));
  const program = ts.createProgram(fileNames, options);

  const problems = ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    const line = file === undefined ? '' : `${file.fileName}:${file.getLineAndCharacterOfPosition(start).line + 1} `;
    return line + ts.flattenDiagnosticMessageText(messageText, '\n');
  });

  expect(fileNames.length).toBeGreaterThan(10);
  expect([...errors, ...problems]).toEqual([]);
});
