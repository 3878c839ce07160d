/** Describes a function as its resource.ts defines it, with Amplify's defaults and limits. */
import { basename, parse, resolve } from 'node:path';
import type { DefinedFunction } from './placeholder-packages.js';
import type { Problem } from './problems.js';

export interface FunctionDefinition {
  /** Amplify's default is the name of the folder. */
  readonly name: string;
  /** Whether it is in the VPC, and permitted to connect to the database. */
  readonly database: boolean;
  /** Absolute path of the code. */
  readonly entry: string;
  /** 1..900. Amplify's default is 3. */
  readonly timeoutSeconds: number;
  /** 128..10240. Amplify's default is 512. */
  readonly memoryMB: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Variables whose value only AWS has: `secret()`, or something that the CDK computes. They are not set here. */
  readonly unknownVariables: readonly string[];
  /** Major version of Node.js that the code is built for. Amplify's default is 22. */
  readonly runtimeMajor: number;
  readonly minify: boolean;
  /** Packages that come from a Lambda layer, and are left out of the bundle. */
  readonly layerPackages: readonly string[];
}

/** @see https://github.com/aws-amplify/amplify-backend/blob/main/packages/backend-function/src/factory.ts */
const RUNTIMES = [18, 20, 22, 24];
const ENVIRONMENT_KEY = /^[a-zA-Z][a-zA-Z0-9_]+$/;

/**
 * @param listed the line of amplify/functions/functions.ts
 * @returns what is wrong with it instead, where something is
 */
export function readFunctionDefinition(name: string, listed: unknown): FunctionDefinition | Problem[] {
  const { resource, database } = (listed ?? {}) as { resource?: DefinedFunction; database?: unknown };
  const where = `amplify/functions/functions.ts: '${name}'`;
  if (typeof resource?.definedIn !== 'string' || typeof database !== 'boolean') {
    return [
      {
        message: `${where} is not a function and whether it needs the database.`,
        fix: `Write '${name}': { resource: what its resource.ts exports, database: true or false }.`,
      },
    ];
  }
  if (typeof resource.functionProps !== 'object') {
    return [
      {
        message: `${where} is created by a callback with the CDK, and cannot run locally.`,
        fix: 'Define it by its options, defineFunction({ … }), or test it in a sandbox.',
      },
    ];
  }
  return readOptions(name, resource.definedIn, resource.functionProps as Record<string, unknown>, database);
}

function readOptions(
  listedName: string,
  directory: string,
  props: Record<string, unknown>,
  database: boolean,
): FunctionDefinition | Problem[] {
  const { runtime = 22, environment = {}, bundling, layers = {} } = props;
  const problems: Problem[] = [];
  const wrong = (option: string, got: unknown, expected: string) =>
    problems.push({
      message: `The resource.ts of '${listedName}' has ${option} ${show(got)}.`,
      fix: `Expected ${expected}, written as it is: the local stack does not load the CDK.`,
    });
  const wholeNumber = (option: string, least: number, most: number, byDefault: number): number => {
    const value = props[option] ?? byDefault;
    const isValid = typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
    if (!isValid) wrong(option, value, `a whole number from ${least} to ${most}`);
    return value as number;
  };
  const text = (option: string): string | undefined => {
    const value = props[option];
    if (value !== undefined && typeof value !== 'string') wrong(option, value, 'a text');
    return typeof value === 'string' && value !== '' ? value : undefined;
  };

  const timeoutSeconds = wholeNumber('timeoutSeconds', 1, 900, 3);
  const memoryMB = wholeNumber('memoryMB', 128, 10_240, 512);
  const name = text('name');
  const entry = text('entry');
  if (!RUNTIMES.includes(runtime as number)) wrong('runtime', runtime, `one of ${RUNTIMES.join(', ')}`);
  const variables = Object.entries(environment as Record<string, unknown>);
  for (const [key, value] of variables) {
    if (!ENVIRONMENT_KEY.test(key)) wrong('the environment variable', key, 'letters, digits and _, two or more');
    if (value === undefined) wrong(`environment.${key}`, value, 'a text or a secret()');
  }
  if (problems.length > 0) return problems;
  return {
    name: name ?? (entry === undefined ? basename(directory) : parse(entry).name),
    database,
    entry: resolve(directory, entry ?? 'handler.ts'),
    timeoutSeconds,
    memoryMB,
    environment: Object.fromEntries(variables.filter(([, value]) => typeof value === 'string')) as Record<
      string,
      string
    >,
    unknownVariables: variables.flatMap(([key, value]) => (typeof value === 'string' ? [] : [key])),
    runtimeMajor: runtime as number,
    minify: (bundling as { minify?: boolean } | undefined)?.minify ?? true,
    layerPackages: Object.keys(layers as object),
  };
}

/** A placeholder is a function. */
function show(value: unknown): string {
  return typeof value === 'function' ? 'computed by Amplify or the CDK' : (JSON.stringify(value) ?? 'undefined');
}
