/**
 * A network connector and a capacity provider have network interfaces of their own, with subnets and security groups that no
 * function's VpcConfig shows: what uses them is past every guardrail on functions in the VPC.
 */
import type { Guardrail } from '../guardrail.js';
import { nameOf, resourcesOf } from '../resources.js';

/** What has its way into the VPC through it. */
const USERS: Readonly<Record<string, string>> = {
  'AWS::Lambda::NetworkConnector': 'web functions and MicroVMs',
  'AWS::Lambda::CapacityProvider': 'functions on managed instances',
};

export const networkConnector: Guardrail = {
  name: 'network-connector',
  fix: 'take it out, and write database: true in amplify/functions/functions.ts for what needs the database; acknowledge one that leads into another VPC',
  find({ root }) {
    return resourcesOf(root, Object.keys(USERS)).map(({ construct }) => ({
      construct,
      problem: `${nameOf(construct)}, an ${construct.cfnResourceType}, gives ${USERS[construct.cfnResourceType]} network interfaces in a VPC, which no guardrail on functions sees.`,
    }));
  },
};
