/** What Lambda and AppSync give a handler: environment variables and an event. */
import process from 'node:process';
import type { DatabaseAccess } from '../../src/local/functions.js';
import { CALLER } from '../one-order.js';

/** @param port of another way to the same database. @default the proxy's */
export function environmentVariables(access: DatabaseAccess, port = access.port): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    DATABASE_HOST: access.host,
    DATABASE_PORT: String(port),
    DATABASE_NAME: access.database,
    DATABASE_USER: access.user,
    AWS_REGION: access.region,
    AWS_ACCESS_KEY_ID: access.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: access.credentials.secretAccessKey,
    AWS_SESSION_TOKEN: access.credentials.sessionToken,
    NODE_EXTRA_CA_CERTS: access.caPath,
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
