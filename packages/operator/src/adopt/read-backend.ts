/** Reads amplify/backend.ts: the call of defineBackend, its keys, and where the user pool and the API are defined. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { findAll, parse } from '../generate/edit-source.js';
import type { Obstacle } from './refusal.js';
import { declaredIn, importsIn, lineOf, pathsOf } from './source-file.js';
import { IMPORTED_NAMES, STEP_NAMES } from './step-text.js';

export const BACKEND = 'amplify/backend.ts';
const AUTH = 'amplify/auth/resource.ts';

export interface BackendFile {
  readonly file: ts.SourceFile;
  /** The statement that calls defineBackend. */
  readonly statement: ts.Statement;
  readonly call: ts.CallExpression;
  readonly argument: ts.ObjectLiteralExpression;
  /** What the result is called. Undefined where it is not kept. */
  readonly variable: string | undefined;
  readonly imports: ReadonlyMap<string, { specifier: string; imported: string }>;
  /** The file that calls defineData. Undefined in an app without an API. */
  readonly dataFile: string | undefined;
}

/** @returns what cannot be read, or stands in the way, instead */
export function readBackend(project: string, text: string): BackendFile | Obstacle[] {
  const file = parse(text);
  const imports = importsIn(file);
  const adopted = [...imports.values()].find(({ specifier }) => specifier.startsWith('@vpc-postgres/'));
  if (adopted !== undefined) {
    return [
      {
        file: BACKEND,
        reason: `the app is adopted already: it imports ${adopted.specifier}`,
        fix: 'upgrade the packages instead: docs/upgrade.md of the starter',
      },
    ];
  }
  const call = findCall(file);
  if (Array.isArray(call)) return call;
  const keys = propertiesByName(call.argument);
  const dataFile = keys.has('data') ? resolveImport(project, imports, keys.get('data')) : undefined;
  const obstacles = [
    ...authObstacles(project, imports, keys),
    ...(keys.has('data') && dataFile === undefined ? [unreadable('data', 'defineData')] : []),
    ...nameObstacles(file, imports, call.variable),
  ];
  return obstacles.length > 0 ? obstacles : { file, imports, dataFile, ...call };
}

function findCall(file: ts.SourceFile): Pick<BackendFile, 'statement' | 'call' | 'argument' | 'variable'> | Obstacle[] {
  const calls = findAll(file, ts.isCallExpression).filter(({ expression }) => expression.getText() === 'defineBackend');
  const [call] = calls;
  const obstacle = (reason: string, fix: string, node?: ts.Node) => [
    { file: node === undefined ? BACKEND : `${BACKEND}:${lineOf(file, node)}`, reason, fix },
  ];
  if (call === undefined || calls.length > 1) {
    const fix = 'call it once, as in: const backend = defineBackend({ auth, data });';
    return obstacle(`calls defineBackend ${calls.length} times, and not once`, fix);
  }
  const { parent } = call;
  const isDeclared = ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name);
  const statement = isDeclared ? parent.parent.parent : parent;
  const isReadable = (isDeclared || ts.isExpressionStatement(parent)) && statement.parent === file;
  if (!isReadable) {
    const fix = 'write const backend = defineBackend({ … }); as a statement of its own, at the top level of the file';
    return obstacle('the call of defineBackend is part of something else', fix, call);
  }
  const [argument] = call.arguments;
  if (argument === undefined || !ts.isObjectLiteralExpression(argument)) {
    const got = argument?.getText() ?? 'nothing';
    return obstacle(
      `defineBackend gets ${got}, and no list`,
      'write the list there: defineBackend({ auth, data })',
      call,
    );
  }
  const variable = isDeclared ? (parent.name as ts.Identifier).text : undefined;
  return { statement: statement as ts.Statement, call, argument, variable };
}

/** The value of each property; of a spread nothing is known. */
function propertiesByName(object: ts.ObjectLiteralExpression): Map<string, ts.Expression> {
  return new Map(
    object.properties.flatMap((one): [string, ts.Expression][] => {
      if (ts.isShorthandPropertyAssignment(one)) return [[one.name.text, one.name]];
      return ts.isPropertyAssignment(one) ? [[one.name.getText().replaceAll(/['"]/g, ''), one.initializer]] : [];
    }),
  );
}

function resolveImport(project: string, imports: BackendFile['imports'], value: ts.Expression | undefined) {
  const found = value !== undefined && ts.isIdentifier(value) ? imports.get(value.text) : undefined;
  if (found === undefined || !found.specifier.startsWith('.')) return undefined;
  return pathsOf(found.specifier, BACKEND).find((path) => existsSync(join(project, path)));
}

/** The local stack and the checks of a deployment read the groups there. */
function authObstacles(
  project: string,
  imports: BackendFile['imports'],
  keys: ReadonlyMap<string, ts.Expression>,
): Obstacle[] {
  const value = keys.get('auth');
  if (value === undefined) {
    const reason = 'defineBackend has no auth, and rows belong to the users of a user pool';
    const fix = `define it in ${AUTH}: defineAuth for a new user pool, referenceAuth for one that exists`;
    return [{ file: BACKEND, reason, fix }];
  }
  const isStarter = resolveImport(project, imports, value) === AUTH;
  if (isStarter && ts.isIdentifier(value) && imports.get(value.text)?.imported === 'auth') return [];
  return [{ ...unreadable('auth', 'defineAuth'), fix: `export auth from ${AUTH}, and import it in ${BACKEND}` }];
}

function unreadable(key: string, define: string): Obstacle {
  return {
    file: BACKEND,
    reason: `where ${key} is defined cannot be read`,
    fix: `call ${define} in a file of its own, and import what it returns: import { ${key} } from './${key}/resource';`,
  };
}

/** What the steps declare must not be something else in this file. */
function nameObstacles(file: ts.SourceFile, imports: BackendFile['imports'], variable: string | undefined): Obstacle[] {
  const own = variable === undefined ? ['backend'] : [];
  const declared = declaredIn(file);
  const taken = [...STEP_NAMES, ...Object.keys(IMPORTED_NAMES), ...own].filter((name) => declared.has(name));
  const imported = [...STEP_NAMES, ...own].filter((name) => imports.has(name));
  const otherwise = Object.entries(IMPORTED_NAMES).flatMap(([name, specifier]) => {
    const found = imports.get(name);
    return found === undefined || found.specifier === specifier ? [] : [name];
  });
  return [...taken, ...imported, ...otherwise].map((name) => ({
    file: declared.has(name) ? `${BACKEND}:${declared.get(name)}` : BACKEND,
    reason: `${name} is a name that the steps of PostgreSQL use for something else`,
    fix: `give it another name in this file, for example own${name.charAt(0).toUpperCase()}${name.slice(1)}`,
  }));
}
