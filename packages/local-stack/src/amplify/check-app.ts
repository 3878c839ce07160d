/** Compares the schema with what else amplify/ defines, as a deployment does: its functions, and the groups of its user pool. */
import { parse, visit } from 'graphql';
import { authRules, cognitoGroups, functionNamesIn } from '../appsync/directives.js';
import type { SampleUser } from '../local-app.js';
import type { Problem } from './problems.js';

/** @param listed The names in amplify/functions/functions.ts. */
export function findUnlistedFunctions(sdl: string, listed: readonly string[]): Problem[] {
  const unlisted = quoteAll(functionNamesIn(sdl).filter((name) => !listed.includes(name)));
  if (unlisted === undefined) return [];
  const list = 'amplify/functions/functions.ts';
  return [
    {
      message: `amplify/data/schema.ts names ${unlisted} in a.handler.function, and ${list} lists ${quoteAll(listed) ?? 'none'}.`,
      fix: `Add ${unlisted} to ${list}, or correct the name in amplify/data/schema.ts.`,
    },
  ];
}

/** @param groups Those of amplify/auth/resource.ts; undefined when an existing user pool has them. */
export function findUnknownGroups(sdl: string, groups: readonly string[] | undefined): Problem[] {
  const unknown = quoteAll(groupNamesIn(sdl).filter((name) => groups?.includes(name) === false));
  if (unknown === undefined) return [];
  return [
    {
      message: `amplify/data/schema.ts has a rule for the group ${unknown}, which no user can be in: ${describeGroups(groups)}.`,
      fix: `Add ${unknown} to \`groups\` in amplify/auth/resource.ts, or correct the name in amplify/data/schema.ts.`,
    },
  ];
}

/** As `findUnknownGroups`, for the users whom local.config.ts signs in. */
export function findUnknownUserGroups(users: readonly SampleUser[], groups: readonly string[] | undefined): Problem[] {
  return users.flatMap(({ username, groups: own }) => {
    const unknown = quoteAll(own.filter((name) => groups?.includes(name) === false));
    if (unknown === undefined) return [];
    return [
      {
        message: `local.config.ts puts the user '${username}' into the group ${unknown}, and ${describeGroups(groups)}.`,
        fix: `Add ${unknown} to \`groups\` in amplify/auth/resource.ts, or correct the name in local.config.ts and start again.`,
      },
    ];
  });
}

/**
 * The user pool groups that a schema's rules name, each once: of models, fields and operations. Not those that an object or
 * another claim names, and not those of another identity provider: they are no groups of the user pool.
 */
export function groupNamesIn(sdl: string): string[] {
  const names: string[] = [];
  visit(parse(sdl), {
    enter(node) {
      if (node.kind !== 'ObjectTypeDefinition' && node.kind !== 'FieldDefinition') return;
      const rules = authRules(node.directives) ?? [];
      const own = rules.filter(({ provider = 'userPools', groupClaim }) => provider === 'userPools' && !groupClaim);
      names.push(...own.flatMap(({ groups = [] }) => groups));
      // Amplify writes the groups of a subscription so. On a type they repeat those of the operations that return it.
      if (node.kind === 'FieldDefinition') names.push(...(cognitoGroups(node.directives) ?? []));
    },
  });
  return [...new Set(names)];
}

function describeGroups(groups: readonly string[] | undefined): string {
  return `amplify/auth/resource.ts has ${quoteAll(groups ?? []) ?? 'no groups'}`;
}

/** @returns undefined when there is none */
function quoteAll(names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : names.map((name) => `'${name}'`).join(', ');
}
