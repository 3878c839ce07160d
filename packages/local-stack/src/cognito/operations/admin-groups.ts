/** Groups: those of amplify/auth/resource.ts, and who is in them. */
import { z } from 'zod';
import { CognitoError } from '../errors.js';
import type { PoolContext } from '../pool-context.js';
import { changing, describeUser, findUser, ofUser } from './admin-users.js';
import { assertPool } from './client.js';
import { groupName, operation, userPoolId } from './input.js';

const ofGroup = z.object({ UserPoolId: userPoolId, GroupName: groupName });
/** Cognito's own: of a page. */
const MAX_LIMIT = 60;
const limit = z
  .number()
  .int()
  .min(0, 'Member must have value greater than or equal to 0')
  .max(MAX_LIMIT, `Member must have value less than or equal to ${MAX_LIMIT}`)
  .default(MAX_LIMIT);
/** How many there were before this page. */
const paginationToken = z
  .string()
  .regex(/^\d{1,9}$/, 'Member must be a token of the page before')
  .default('0');

export const adminAddUserToGroup = operation(
  ofUser.merge(ofGroup),
  changing((user, { GroupName }, context) => {
    assertGroup(context, GroupName);
    if (!user.groups.includes(GroupName)) user.groups.push(GroupName);
  }),
);

export const adminRemoveUserFromGroup = operation(
  ofUser.merge(ofGroup),
  changing((user, { GroupName }, context) => {
    assertGroup(context, GroupName);
    user.groups = user.groups.filter((name) => name !== GroupName);
  }),
);

export const adminListGroupsForUser = operation(ofUser, (input, context) => ({
  Groups: findUser(context, input).groups.map((name) => describeGroup(context, name)),
}));

export const listGroups = operation(z.object({ UserPoolId: userPoolId }), ({ UserPoolId }, context) => {
  assertPool(context, UserPoolId);
  return { Groups: context.settings().groups.map((name) => describeGroup(context, name)) };
});

export const getGroup = operation(ofGroup, ({ UserPoolId, GroupName }, context) => {
  assertPool(context, UserPoolId);
  assertGroup(context, GroupName);
  return { Group: describeGroup(context, GroupName) };
});

export const listUsers = operation(
  z.object({
    UserPoolId: userPoolId,
    Limit: limit,
    PaginationToken: paginationToken,
    Filter: z.string().max(256).default(''),
  }),
  ({ UserPoolId, Limit, PaginationToken, Filter }, context) => {
    assertPool(context, UserPoolId);
    const isAskedFor = readFilter(Filter);
    const users = context.pool.users.all().map((user) => ({ user, described: describeUser(user, 'Attributes') }));
    const found = users.filter(({ user }) => isAskedFor({ ...user.attributes, ...statesOf(user) }));
    const first = Number(PaginationToken);
    const next = first + (Limit === 0 ? MAX_LIMIT : Limit);
    return {
      Users: found.slice(first, next).map(({ described }) => described),
      ...(next < found.length && { PaginationToken: String(next) }),
    };
  },
);

export const listUsersInGroup = operation(
  ofGroup.extend({ Limit: limit, NextToken: paginationToken }),
  ({ UserPoolId, GroupName, Limit, NextToken }, context) => {
    assertPool(context, UserPoolId);
    assertGroup(context, GroupName);
    const members = context.pool.users.all().filter(({ groups }) => groups.includes(GroupName));
    const first = Number(NextToken);
    const next = first + (Limit === 0 ? MAX_LIMIT : Limit);
    return {
      Users: members.slice(first, next).map((user) => describeUser(user, 'Attributes')),
      ...(next < members.length && { NextToken: String(next) }),
    };
  },
);

/** `email = "a@example.com"`, or `^=` for what begins so. */
function readFilter(filter: string): (attributes: Record<string, string>) => boolean {
  if (filter.trim() === '') return () => true;
  const [, name = '', operator, value = ''] = /^\s*"?([\w:]+)"?\s*(\^?=)\s*"(.*)"\s*$/.exec(filter) ?? [];
  if (operator === undefined) throw new CognitoError('InvalidParameterException', 'Error while parsing filter.');
  return (attributes) => {
    const own = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
    return own !== undefined && (operator === '=' ? own === value : own.startsWith(value));
  };
}

function statesOf(user: { username: string; sub: string; status: string; isEnabled: boolean }) {
  const { username, sub, status, isEnabled } = user;
  return { username, sub, 'cognito:user_status': status, status: isEnabled ? 'Enabled' : 'Disabled' };
}

function describeGroup({ pool }: PoolContext, name: string): object {
  return { GroupName: name, UserPoolId: pool.id };
}

function assertGroup({ settings }: PoolContext, name: string): void {
  if (!settings().groups.includes(name)) throw new CognitoError('ResourceNotFoundException', 'Group not found.');
}
