/** Checks which keys the secrets of the database users have, where that was asked for. */
import { type Check, type Finding, findingsOr } from '../check.js';
import type { Facts } from '../facts.js';
import { proxyOf } from '../resolve.js';
import type { LoginSecret, SecretKeys, SqlSecret } from '../secret-keys.js';
import { secretName } from './proxy.js';

const CONSOLE = "in the console of Secrets Manager, which keeps it out of your shell's history";

export const secretKeys: Check = {
  id: 'secret-keys',
  title: 'Keys of secrets',
  breaks: 'The proxy, a deployment or the SQL data source cannot use the secret, and no login as its user works.',
  page: 'runbook.md#auth-failures',
  run(facts) {
    if (!hasSecrets(facts)) return undefined;
    const { secretKeys } = facts;
    if (secretKeys === undefined) return { skipped: 'not looked at; --secret-keys looks' };
    const { sql } = secretKeys;
    const findings = [...checkLogins(secretKeys, facts), ...(sql === undefined ? [] : checkSql(sql, facts))];
    return findingsOr(findings, describe(secretKeys));
  },
};

function hasSecrets(facts: Facts): boolean {
  const { environment } = facts;
  const { proxy } = environment.database;
  if (environment.sqlDataSource !== undefined) return true;
  if (proxy.kind === 'new' && proxy.auth.kind === 'secret') return true;
  return (proxyOf(facts)?.Auth ?? []).some(({ SecretArn }) => SecretArn !== undefined);
}

function describe({ logins, sql }: SecretKeys): string {
  const users = logins.flatMap(({ user }) => user ?? []);
  return [...users, ...(sql === undefined ? [] : ['SQL data source'])].join(', ');
}

function checkLogins({ logins, absent }: SecretKeys, facts: Facts): Finding[] {
  const { user, migrator } = facts.environment.database;
  const wanted = migrator === undefined ? [user] : [user, migrator];
  // Of an existing proxy other secrets can be other teams' business: none of them has the name of a user of this environment.
  const lacking = wanted.filter((one) => !logins.some((login) => login.user === one || login.expectedUser === one));
  const relevant = logins.filter(
    (login) =>
      login.expectedUser !== undefined || login.user !== undefined || (lacking.length > 0 && isUnreadable(login)),
  );
  const findings = relevant.flatMap((login) => checkLogin(login, lacking));
  if (findings.length > 0 || lacking.length === 0 || absent > 0 || logins.length < wanted.length) return findings;
  const names = logins.map(({ arn }) => secretName(arn)).join(', ');
  return lacking.map((one) => ({
    problem: `No secret of the proxy has the username ${one}: ${names}.`,
    fix: `Write "username": "${one}" into the one with its password, ${CONSOLE}`,
  }));
}

const isUnreadable = ({ form, missing }: LoginSecret) => form !== 'JSON' || missing.includes('username');

function checkLogin({ arn, expectedUser, user, form, missing }: LoginSecret, lacking: readonly string[]): Finding[] {
  const name = secretName(arn);
  const whose = expectedUser ?? user ?? lacking[0] ?? 'USER';
  const fix = `Write {"username":"${whose}","password":"…"} into it ${CONSOLE}`;
  if (form === 'binary') return [{ problem: `${name} is binary. Expected a text in JSON.`, fix }];
  if (form === 'not JSON') return [{ problem: `${name} is not a JSON object.`, fix }];
  if (missing.length > 0) return [{ problem: `${name} has no ${missing.join(' and no ')}.`, fix }];
  if (expectedUser === undefined || user === expectedUser) return [];
  const problem = `The username in ${name} is not ${expectedUser}.`;
  return [
    { problem, fix: `Write "username": "${expectedUser}" into it ${CONSOLE}, or name the secret of ${expectedUser}` },
  ];
}

function checkSql({ arn, secret, parameter, connection }: SqlSecret, { name }: Facts): Finding[] {
  const command = `npx vpc-postgres sql-secret --environment ${name}${name === 'sandbox' ? '' : ' --app-id ID'}`;
  if (secret === undefined) {
    const fix = 'aws secretsmanager list-secrets --query "SecretList[].[Name,ARN]"';
    return [{ problem: `There is no secret ${secretName(arn)} for the SQL data source.`, fix }];
  }
  if (secret.length > 0) {
    return [{ problem: `${secretName(arn)}: ${secret.join(' ')}`, fix: `Correct it ${CONSOLE}` }];
  }
  if (parameter === undefined) return [];
  if (connection === undefined) return [{ problem: `There is no parameter ${parameter}.`, fix: command }];
  if (connection.length === 0) return [];
  return [{ problem: `${parameter}: ${connection.join(' ')}`, fix: `${command} --replace` }];
}
