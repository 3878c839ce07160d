/**
 * Every Lambda function of the app. A new one is a folder with resource.ts and handler.ts, a line here, and a field in
 * data/schema.ts that names it. The name is the folder's, and the one in a.handler.function('…'). `database: true` places a
 * function in the VPC, and permits it to connect. Others stay outside.
 */
import type { FunctionList } from '@vpc-postgres/backend';
import { ordersApi } from './orders-api/resource.js';

export const functions = {
  'orders-api': { resource: ordersApi, database: true },
} satisfies FunctionList;
