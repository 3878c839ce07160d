/** Owns the three users that the console page and GraphiQL can be: two customers and an administrator. */
import type { IssueTokenOptions } from '../../cognito/user-pool.js';

export const DEMO_USERS = [
  { username: 'alice', groups: [] },
  { username: 'bob', groups: [] },
  { username: 'carol', groups: ['admins'] },
] as const satisfies readonly IssueTokenOptions[];
