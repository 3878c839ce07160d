import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { hasTerminal, KEYS, runOnTerminal, type Step } from '../terminal.js';
import { type CreatedVpc, createVpc } from './accounts.js';
import { environmentIn } from './environments.js';
import { createInstance } from './postgres-account.js';
import { describeWithMoto } from './with-moto.js';

/** A person answers on a terminal, in an account with a database in each of two VPCs. */
const ENVIRONMENTS = 'amplify/environments.ts';
const CHOOSE_THE_SECOND: Step = ['Which VPC?', KEYS.down + KEYS.enter];

describe.skipIf(!hasTerminal)('on a terminal', () => {
  describeWithMoto('discover', (aws) => {
    let vpcs: readonly CreatedVpc[];
    let before: string;
    beforeEach(async () => {
      vpcs = [await createVpc(['a', 'b'], aws.direct), await createVpc(['a', 'b'], aws.direct)];
      for (const [index, vpc] of vpcs.entries()) await createInstance(aws.direct, vpc, { id: `orders-${index}` });
      aws.project.configure({ environments: { other: environmentIn('vpc-0123456789abcdef0') } });
      before = readFileSync(join(aws.project.folder, ENVIRONMENTS), 'utf8');
    });

    const discover = (...steps: readonly Step[]) =>
      runOnTerminal(['discover', '--environment', 'main'], {
        cwd: aws.project.folder,
        env: aws.project.environmentFor(aws.access),
        steps,
      });
    const written = () => readFileSync(join(aws.project.folder, ENVIRONMENTS), 'utf8');

    test('the VPC that is chosen is written after yes', async () => {
      const { status, shown, isCursorRestored } = await discover(CHOOSE_THE_SECOND, ['Write this?', 'y']);

      expect({ status, isCursorRestored }, shown).toEqual({ status: 0, isCursorRestored: true });
      expect(shown).toContain(`Written: ${ENVIRONMENTS}, cdk.context.json.`);
      expect(written()).toContain(`vpc: { id: '${vpcs[1]?.id}' }`);
      expect(written()).toContain("instanceIdentifier: 'orders-1'");
    });

    test('after no nothing is written', async () => {
      const { status, shown, isCursorRestored } = await discover(CHOOSE_THE_SECOND, ['Write this?', 'n']);

      expect({ status, isCursorRestored }, shown).toEqual({ status: 0, isCursorRestored: true });
      expect(shown).toContain('Nothing was written.');
      expect(written()).toBe(before);
    });

    test.each<[string, Step[]]>([
      ['Which VPC?', [['Which VPC?', KEYS.ctrlC]]],
      ['Write this?', [CHOOSE_THE_SECOND, ['Write this?', KEYS.ctrlC]]],
    ])('Ctrl-C at "%s" exits 2, and nothing is written', async (_, steps) => {
      const { status, shown, isCursorRestored } = await discover(...steps);

      expect({ status, isCursorRestored }, shown).toEqual({ status: 2, isCursorRestored: true });
      expect(shown).toContain('Stopped. Nothing was written.');
      expect(shown).not.toContain('    at ');
      expect(written()).toBe(before);
    });
  });
});
