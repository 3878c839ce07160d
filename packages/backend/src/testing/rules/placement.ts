/** The functions with the database, and no others, are in private subnets of two Availability Zones. */
import { inVpc, isDatabaseFunction, isOfBackendPackage, lambdasOf, type Rule } from '../deployment.js';
import { subnetsOf } from '../subnets.js';
import { listOf, nameOf } from '../templates.js';

const LIST = 'amplify/functions/functions.ts';
const SUBNETS = 'network.subnets in amplify/environments.ts';

export const deployed: Rule = {
  find(deployment) {
    const names = lambdasOf(deployment).map(nameOf);
    return Object.keys(deployment.functions)
      .filter((name) => !names.includes(name))
      .map((name) => ({
        path: name,
        got: 'no AWS::Lambda::Function of this name in any template',
        expected: `every function that ${LIST} lists`,
        fix: `pass ...resourcesOf(functions) to defineBackend in amplify/backend.ts; give amplify/functions/${name}/resource.ts no other name`,
      }));
  },
};

export const databaseFunctionsInVpc: Rule = {
  find(deployment) {
    return lambdasOf(deployment)
      .filter((lambda) => isDatabaseFunction(lambda, deployment) && !inVpc(lambda))
      .map((lambda) => ({
        path: `${nameOf(lambda)}: VpcConfig`,
        got: 'nothing',
        expected: `subnets and a security group, because ${LIST} says database: true`,
        fix: 'call placeFunctionInVpc for each function of withDatabase in amplify/backend.ts, or write database: false',
      }));
  },
};

export const onlyDatabaseFunctionsInVpc: Rule = {
  guardrail: 'undeclared-function',
  find(deployment) {
    return lambdasOf(deployment)
      .filter(inVpc)
      .filter((lambda) => !isDatabaseFunction(lambda, deployment) && !isOfBackendPackage(lambda))
      .map((lambda) => ({
        path: `${nameOf(lambda)}: VpcConfig`,
        got: 'a place in the VPC',
        expected: `nothing, because ${LIST} does not say that it needs the database`,
        fix: `write database: true in ${LIST}, or take it out of the VPC`,
      }));
  },
};

export const twoZones: Rule = {
  guardrail: 'one-zone',
  find(deployment) {
    return lambdasOf(deployment)
      .filter(inVpc)
      .flatMap((lambda) => {
        const subnets = subnetsOf(deployment, lambda.file, listOf(lambda.properties.VpcConfig.SubnetIds));
        // A subnet of a VPC that was not looked up counts as a zone: nothing is known against it.
        const zones = new Set(subnets.map(({ name, zone }) => zone ?? name));
        if (zones.size >= 2) return [];
        return {
          path: `${nameOf(lambda)}: VpcConfig.SubnetIds`,
          got: subnets.map(({ name, zone }) => `${name} in ${zone ?? 'an unknown zone'}`).join(', ') || 'no subnet',
          expected: 'subnets in two Availability Zones, so that the function outlives one',
          fix: `choose subnets of a second zone: ${SUBNETS}`,
        };
      });
  },
};

export const privateSubnets: Rule = {
  guardrail: 'public-subnet',
  find(deployment) {
    const { templates } = deployment;
    const places = [
      ...lambdasOf(deployment).map((lambda) => [lambda, 'VpcConfig.SubnetIds', lambda.properties.VpcConfig?.SubnetIds]),
      ...templates.ofType('AWS::RDS::DBSubnetGroup').map((group) => [group, 'SubnetIds', group.properties.SubnetIds]),
      ...templates.ofType('AWS::RDS::DBProxy').map((proxy) => [proxy, 'VpcSubnetIds', proxy.properties.VpcSubnetIds]),
    ] as const;
    return places.flatMap(([resource, property, ids]) =>
      subnetsOf(deployment, resource.file, listOf(ids))
        .filter(({ isPublic }) => isPublic)
        .map(({ name }) => ({
          path: `${nameOf(resource)}: ${property}`,
          got: `${name}, which has a route to an internet gateway`,
          expected: 'private subnets',
          fix: `choose isolated subnets, or those with a route to a NAT gateway: ${SUBNETS}`,
        })),
    );
  },
};
