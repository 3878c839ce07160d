/** Checks who is permitted to log in as whom, by IAM's own simulator. */
import { type Check, findingsOr } from '../check.js';
import type { SimulatedLogin } from '../facts.js';

const OF_PROXY = 'the proxy';

function assess(logins: readonly SimulatedLogin[]): ReturnType<Check['run']> {
  if (logins.length === 0) return undefined;
  const findings = logins
    .filter(({ decision }) => decision !== 'allowed')
    .map(({ subject, user, resource, decision, role }) => ({
      problem: `IAM answers ${decision ?? 'nothing'} when ${subject} logs in as ${user}: ${resource}.`,
      fix:
        decision === 'explicitDeny'
          ? `Find the Deny for rds-db:connect: aws iam list-attached-role-policies --role-name ${roleName(role)}`
          : `Deploy again, or permit rds-db:connect on ${resource} to ${roleName(role)}`,
    }));
  return findingsOr(findings, [...new Set(logins.map(({ user }) => user))].join(', '));
}

const roleName = (arn: string) => arn.slice(arn.lastIndexOf('/') + 1);

export const functionLogins: Check = {
  id: 'function-logins',
  title: 'Functions can log in',
  breaks: 'The token is signed and rejected: "The IAM authentication failed for the role".',
  page: 'troubleshooting.md#the-iam-authentication-failed-for-the-role-app',
  run: ({ logins }) => assess(logins.filter(({ subject }) => subject !== OF_PROXY)),
};

export const proxyLogins: Check = {
  id: 'proxy-logins',
  title: 'Proxy can log in',
  breaks: 'The proxy cannot log in to the database: its target has AUTH_FAILURE.',
  page: 'runbook.md#auth-failures',
  run: ({ logins }) => assess(logins.filter(({ subject }) => subject === OF_PROXY)),
};
