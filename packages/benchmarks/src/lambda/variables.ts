/** What Lambda and AppSync give a handler: environment variables and an event. */
import process from 'node:process';
import { functionEnvironment, type LocalDatabase } from '@vpc-postgres/local-stack/function-environment.js';
import { CALLER } from '../order.js';

/** @param port of another way to the same database. @default the proxy's */
export function environmentVariables(access: LocalDatabase, port = access.port): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    AWS_REGION: access.region,
    ...functionEnvironment({ environment: {}, database: true }, { ...access, port }),
  };
}

export function getOrderEvent(orderId: string) {
  return {
    typeName: 'Query',
    fieldName: 'getOrder',
    arguments: { id: orderId },
    identity: { sub: CALLER.sub, groups: CALLER.groups },
  };
}
