/** Checks the groups that a schema's rules name against those of the user pool: a rule for any other lets no user in. */
import { ConfigurationError } from '../configuration/configuration-error.js';
import type { TransformableSchema } from '../functions/function-calls.js';

/** What `a.schema()` or `a.combine()` returns. */
export type ApiSchema = TransformableSchema | { readonly schemas: readonly unknown[] };

/**
 * @param auth `backend.auth.resources`
 * @throws ConfigurationError with every group that the user pool does not have.
 */
export function checkGroups(schema: ApiSchema, auth: { readonly groups: Readonly<Record<string, unknown>> }): void {
  const groups = Object.keys(auth.groups);
  const schemas = ('schemas' in schema ? schema.schemas : [schema]) as readonly TransformableSchema[];
  const problems = schemas.flatMap((part, index) =>
    groupNamesIn(part)
      .filter((name) => !groups.includes(name))
      .map((name) => ({
        path: `amplify/data/${index === 0 ? 'schema.ts' : 'sql-schema.ts'}: allow.group('${name}')`,
        got: `'${name}', a group that no user can be in`,
        expected: `a group of amplify/auth/resource.ts: ${groups.map((group) => `'${group}'`).join(', ') || 'there is none'}`,
        fix: `add '${name}' to groups in amplify/auth/resource.ts, or correct the name in the rule`,
      })),
  );
  if (problems.length > 0) throw new ConfigurationError('The authorization rules cannot be deployed.', problems);
}

/** A text in quotes, which may hold any bracket, or another character. */
const inBrackets = (open: string, close: string) => `${open}((?:"[^"]*"|[^"${close}])*)${close}`;
const RULE = new RegExp(`\\{allow: groups,${inBrackets('', '}')}`, 'g');
const GROUPS = new RegExp(`\\bgroups: ${inBrackets('\\[', '\\]')}`);
const SUBSCRIBERS = new RegExp(`@aws_cognito_user_pools\\(cognito_groups: ${inBrackets('\\[', '\\]')}`, 'g');

/**
 * Not those that an object or another claim names, and not those of another identity provider.
 *
 * @returns each name once
 */
function groupNamesIn(schema: TransformableSchema): string[] {
  const { schema: sdl } = schema.transform();
  const rules = [...sdl.matchAll(RULE)].flatMap(([, options = '']) =>
    /\bgroupClaim: |\bprovider: (?!userPools\b)/.test(options) ? [] : [GROUPS.exec(options)?.[1] ?? ''],
  );
  // Amplify writes the groups of a subscription so. On a type they repeat those of the operations that return it.
  const fields = sdl.split('\n').filter((line) => !line.startsWith('type '));
  const subscribers = [...fields.join('\n').matchAll(SUBSCRIBERS)].map(([, names = '']) => names);
  const names = [...rules, ...subscribers].flatMap((list) =>
    [...list.matchAll(/"([^"]*)"/g)].map(([, name = '']) => name),
  );
  return [...new Set(names)];
}
