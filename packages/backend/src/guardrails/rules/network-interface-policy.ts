/** Lambda makes a function's network interfaces with the function's own role. Without the right, creating it fails. */
import { type CfnResource, Stack } from 'aws-cdk-lib';
import type { Guardrail } from '../guardrail.js';
import { roleIdOf, statementsOf } from '../policy-statements.js';
import { asList, nameOf, resourcesOf } from '../resources.js';
import { functionsInVpc } from '../vpc-functions.js';

const MANAGED_POLICY = 'AWSLambdaVPCAccessExecutionRole';
const ACTION = 'ec2:CreateNetworkInterface';

export const networkInterfacePolicy: Guardrail = {
  name: 'network-interface-policy',
  fix: `place the function with packages/backend/src/network/place-function-in-vpc.ts, which attaches ${MANAGED_POLICY} to its role`,
  find(backend) {
    return functionsInVpc(backend).flatMap(({ construct, properties }) => {
      const roleId = roleIdOf(properties);
      // A role from outside of this stack: what it may do is not known here.
      if (roleId === undefined || mayCreateInterfaces(Stack.of(construct), roleId)) return [];
      const problem = `${nameOf(construct)} is in a VPC, and its role does not have ${MANAGED_POLICY} or ${ACTION}.`;
      return [{ construct, problem }];
    });
  },
};

function mayCreateInterfaces(stack: Stack, roleId: string): boolean {
  const role = resourcesOf(stack, ['AWS::IAM::Role']).find(({ construct }) => idOf(construct, stack) === roleId);
  if (role === undefined) return true;
  if (JSON.stringify(asList(role.properties.ManagedPolicyArns)).includes(MANAGED_POLICY)) return true;
  return statementsOf(stack)
    .filter(({ roleIds }) => roleIds.includes(roleId))
    .some(
      ({ effect, actions }) => effect === 'Allow' && actions.some((action) => [ACTION, 'ec2:*', '*'].includes(action)),
    );
}

const idOf = (construct: CfnResource, stack: Stack): unknown => stack.resolve(construct.logicalId);
