import { expect, test } from 'vitest';
import { type BackendIdentifier, DEPLOYMENT_CONTEXT, readDeployment } from '../../../src/configuration/deployment.js';

const nodeWith = (context: Readonly<Record<string, unknown>>) => ({ tryGetContext: (key: string) => context[key] });

test('what is deployed is what the context of the CDK says', () => {
  const deployment: BackendIdentifier = { namespace: 'd1example', name: 'main', type: 'branch' };
  const context = Object.fromEntries(
    (['namespace', 'name', 'type'] as const).map((key) => [DEPLOYMENT_CONTEXT[key], deployment[key]]),
  );

  expect(readDeployment(nodeWith(context))).toEqual(deployment);
});

test('a deployment of which nothing is said is refused, with what is missing and the ways that deploy', () => {
  const refusal = () => readDeployment(nodeWith({ [DEPLOYMENT_CONTEXT.type]: 'branch' }));

  expect(refusal).toThrow('Nothing says what is deployed, so no environment can be chosen.');
  expect(refusal).toThrow(`got       no CDK context ${DEPLOYMENT_CONTEXT.namespace}, ${DEPLOYMENT_CONTEXT.name}\n`);
  expect(refusal).toThrow('docs/deploy.md#amplifys-other-ways-to-deploy');
});
