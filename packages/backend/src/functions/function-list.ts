/** Describes the app's list of functions, and finds in the backend what Amplify made of it. */
import type { defineFunction } from '@aws-amplify/backend';
import type { ConnectableFunction } from './defined-function.js';

/** Every Lambda function of the app, by the name that `a.handler.function` and the function's folder have. */
export type FunctionList = Readonly<Record<string, ListedFunction>>;

export interface ListedFunction {
  /** What the function's resource.ts exports. */
  readonly resource: ReturnType<typeof defineFunction>;
  /** Whether it is placed in the VPC and permitted to connect to the database. */
  readonly database: boolean;
}

/** By name, as `defineBackend` and `defineData` take them. */
export function resourcesOf<List extends FunctionList>(
  functions: List,
): { [Name in keyof List]: List[Name]['resource'] } {
  return Object.fromEntries(Object.entries(functions).map(([name, { resource }]) => [name, resource])) as {
    [Name in keyof List]: List[Name]['resource'];
  };
}

export interface BackendFunctions {
  readonly all: Readonly<Record<string, ConnectableFunction>>;
  readonly withDatabase: Readonly<Record<string, ConnectableFunction>>;
}

/** @param backend What `defineBackend` returned. */
export function functionsOf<List extends FunctionList>(
  functions: List,
  backend: { readonly [Name in keyof List]: ConnectableFunction },
): BackendFunctions {
  const names = Object.keys(functions) as (keyof List & string)[];
  const pick = (some: typeof names) => Object.fromEntries(some.map((name) => [name, backend[name]]));
  return { all: pick(names), withDatabase: pick(names.filter((name) => functions[name]?.database)) };
}
