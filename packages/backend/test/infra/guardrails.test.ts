import { asSandbox } from '@vpc-postgres/testing/support/deployments.js';
import { existingInstance, withDatabase } from '@vpc-postgres/testing/support/environments.js';
import { exhaustive, sample } from '@vpc-postgres/testing/support/exhaustive.js';
import { Stack } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { GUARDRAILS } from '../../src/configuration/guardrail-names.js';
import { CASES } from './guardrail-cases.js';
import { addGroup, type Backend, deploy, functionOf, limited, REASON } from './guardrail-deployments.js';

/** One case of each guardrail. */
const firstCases = CASES.filter(
  ({ guardrail }, index) => index === CASES.findIndex((other) => other.guardrail === guardrail),
);

const tried = exhaustive ? CASES : firstCases;
const warnings = tried.filter(({ isWarning }) => isWarning);
const errors = tried.filter(({ isWarning }) => !isWarning);

describe.each(warnings)('$guardrail: $what', ({ guardrail, breaks, problem }) => {
  test('is deployed with a warning, the fix, and how to have none', async () => {
    const { findings } = await deploy(breaks);

    expect(findings.filter(({ rule }) => rule === guardrail)).toEqual([
      expect.objectContaining({
        severity: 'warning',
        problem: expect.stringMatching(problem),
        fix: expect.stringContaining(`To have no warning, add { guardrail: '${guardrail}', reason: '…' }`),
      }),
    ]);
  });
});

describe.each(errors)('$guardrail: $what', ({ guardrail, breaks, problem }) => {
  test('is refused, with what is wrong, the fix, and how to deploy it all the same', async () => {
    const refusal = await deploy(breaks).then(
      () => 'nothing was refused',
      (error: Error) => error.message,
    );

    expect(refusal).toMatch(problem);
    const refused = refusal.matchAll(/Acknowledge with 'Guardrails::([a-z-]+)'/g);
    expect(new Set([...refused].map(([, name]) => name))).toEqual(new Set([guardrail]));
    expect(refusal).toContain(`add { guardrail: '${guardrail}', reason: '…' }`);
  });
});

describe.each(sample(CASES, CASES.length))('$guardrail: $what', ({ guardrail, breaks, problem, keeps }) => {
  test('is deployed when the mistake is put right', async () => {
    const { findings } = await deploy(keeps);

    expect(
      findings.filter(({ plugin, acknowledgedReason }) => plugin === 'Guardrails' && acknowledgedReason !== REASON),
    ).toEqual([]);
  });

  test('is deployed when it is acknowledged, and the report keeps the reason', async () => {
    const { findings } = await deploy(breaks, [{ guardrail, reason: REASON }]);

    expect(findings).toContainEqual(
      expect.objectContaining({ rule: guardrail, acknowledgedReason: REASON, problem: expect.stringMatching(problem) }),
    );
  });
});

test('each guardrail has a case', () => {
  expect(new Set(CASES.map(({ guardrail }) => guardrail))).toEqual(new Set(GUARDRAILS));
});

test('an acknowledgement that nothing needs is a warning, and no error', async () => {
  const { findings } = await deploy({}, [{ guardrail: 'open-egress', reason: REASON }]);

  expect(findings).toContainEqual(
    expect.objectContaining({
      rule: 'unused-acknowledgement',
      severity: 'warning',
      problem: 'The environment acknowledges open-egress, and nothing breaks it.',
    }),
  );
});

test('an acknowledgement of one guardrail leaves the others in force', async () => {
  const environment = asSandbox(limited(500, withDatabase({ server: existingInstance, proxy: { kind: 'none' } })));

  await expect(deploy({ environment }, [{ guardrail: 'data-loss', reason: REASON }])).rejects.toThrow(
    /500 connections/,
  );
});

test('every problem is reported at once', async () => {
  const refusal = deploy({
    change: (backend) => {
      Object.assign(functionOf(backend), { functionName: 'orders-api', timeout: 60 });
      addGroup(backend, { ipProtocol: '-1', cidrIp: '0.0.0.0/0' });
    },
  });

  await expect(refusal).rejects.toThrow(/lets out every protocol[\s\S]*FunctionName[\s\S]*may take 60 s/);
});

test('a stack of somebody’s own is checked too', async () => {
  const change = (backend: Backend) => {
    expect(Stack.of(addGroup(backend, { ipProtocol: '-1', cidrIpv6: '::/0' })).nestedStackParent).toBeDefined();
  };

  await expect(deploy({ change })).rejects.toThrow(/to ::\/0/);
});
