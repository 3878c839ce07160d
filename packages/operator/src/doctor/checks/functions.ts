/** Checks the deployed functions against the environment: drift between the two shows here. */
import { DATABASE_ENVIRONMENT } from '@vpc-postgres/lambda/database/environment-names.js';
import { POOL_LIMITS } from '@vpc-postgres/lambda/database/pool-limits.js';
import { type Check, type CheckGroup, count, type Finding, findingsOr } from '../check.js';
import type { DeployedFunction, Facts } from '../facts.js';
import {
  chosenSubnets,
  databaseFunctions,
  databaseOf,
  databasePort,
  isDeployed,
  nameOf,
  proxyOf,
  userOf,
  variablesOf,
  vpcFunctions,
} from '../resolve.js';
import { functionLogins, proxyLogins } from './logins.js';

const DEPLOY = 'Deploy again: the function was changed by hand, or amplify/environments.ts since the last deployment';

const state: Check = {
  id: 'functions',
  title: 'Functions are ready',
  breaks: 'Lambda rejects or delays invocations until the function has its network interfaces.',
  page: 'runbook.md#lambda-errors',
  run(facts) {
    if (!isDeployed(facts)) return undefined;
    const found = databaseFunctions(facts);
    if (found.length === 0) {
      return [
        {
          problem: 'The deployment has no function with a database.',
          fix: 'List one in amplify/functions/functions.ts, and deploy',
        },
      ];
    }
    const findings = vpcFunctions(facts).flatMap(checkState);
    return findingsOr(findings, count(vpcFunctions(facts).length, 'function'));
  },
};

function checkState(fn: DeployedFunction): Finding[] {
  const { State, StateReason, LastUpdateStatus, LastUpdateStatusReason } = fn.configuration;
  const name = nameOf(fn);
  if (State === 'Inactive') {
    return [
      {
        problem: `${name} is Inactive: unused for 14 days, its network interfaces are gone, and the next invocation fails.`,
        fix: `aws lambda invoke --function-name ${name} --payload '{}' --cli-binary-format raw-in-base64-out /dev/null`,
        severity: 'warning',
      },
    ];
  }
  if (State === 'Pending') {
    return [{ problem: `${name} is Pending.`, fix: 'Wait some minutes, and run this again', severity: 'warning' }];
  }
  const reason = StateReason ?? LastUpdateStatusReason ?? '';
  if (State === 'Failed' || LastUpdateStatus === 'Failed') {
    return [{ problem: `${name} has failed. ${reason}`.trim(), fix: 'Correct what it says, and deploy again' }];
  }
  return [];
}

const network: Check = {
  id: 'function-network',
  title: "Functions' subnets",
  breaks:
    'The function is where amplify/environments.ts does not say: its packets go another way than what is checked here.',
  page: 'environments.md#network',
  run(facts) {
    const found = databaseFunctions(facts);
    if (found.length === 0 || facts.environment.network.kind === 'new') return undefined;
    const expected = chosenSubnets(facts).flatMap(({ SubnetId }) => SubnetId ?? []);
    // That there are none is said where the subnets are checked.
    if (expected.length === 0) return undefined;
    const findings = found.flatMap((fn): Finding[] => {
      const actual = fn.configuration.VpcConfig?.SubnetIds ?? [];
      const others = actual.filter((id) => !expected.includes(id));
      if (others.length === 0) return [];
      const problem = `${nameOf(fn)} is in ${others.join(', ')}, which the environment does not choose.`;
      return [{ problem, fix: DEPLOY }];
    });
    return findingsOr(findings, 'as the environment says');
  },
};

const environment: Check = {
  id: 'function-environment',
  title: "Functions' settings",
  breaks: 'The function connects to another host, database or user than amplify/environments.ts says.',
  page: 'change.md',
  run(facts) {
    const found = databaseFunctions(facts);
    if (found.length === 0) return undefined;
    const findings = found.flatMap((fn) => checkVariables(fn, facts));
    return findingsOr(findings, 'as the environment says');
  },
};

function checkVariables(fn: DeployedFunction, facts: Facts): Finding[] {
  const { name, user, migrator } = facts.environment.database;
  const variables = variablesOf(fn);
  const users = [user, ...(migrator === undefined ? [] : [migrator])];
  const hosts = expectedHosts(facts);
  const database = databaseOf(facts);
  const port = facts.environment.database.proxy.kind === 'none' && database ? databasePort(database) : 5432;
  const expected: readonly (readonly [string, readonly string[]])[] = [
    [DATABASE_ENVIRONMENT.host, hosts],
    [DATABASE_ENVIRONMENT.port, [String(port)]],
    [DATABASE_ENVIRONMENT.database, [name]],
    [DATABASE_ENVIRONMENT.user, users],
  ];
  return expected
    .filter(([variable, values]) => values.length > 0 && !values.includes(variables[variable] ?? ''))
    .map(([variable, values]) => ({
      problem: `${nameOf(fn)} has ${variable}=${variables[variable] ?? ''}, and the environment says ${values.join(' or ')}.`,
      fix: DEPLOY,
    }));
}

function expectedHosts(facts: Facts): readonly string[] {
  const { proxy, server } = facts.environment.database;
  if (proxy.kind === 'existing') return [proxy.endpoint];
  if (proxy.kind === 'new') return [proxyOf(facts)?.Endpoint].flatMap((host) => host ?? []);
  const named = server?.kind === 'new' ? undefined : server?.endpoint;
  return [named ?? databaseOf(facts)?.instances[0]?.Endpoint?.Address].flatMap((host) => host ?? []);
}

const APPSYNC_SECONDS = 30;
const MILLIS = 1000;
/** What a function waits for a connection, and then for a query. */
const CLIENT_SECONDS = (POOL_LIMITS.connectionTimeoutMillis + POOL_LIMITS.queryTimeoutMillis) / MILLIS;

const timeouts: Check = {
  id: 'function-timeouts',
  title: "Functions' timeouts",
  breaks: 'Lambda or AppSync ends the request before the function can say what is wrong.',
  page: 'architecture.md#timeouts',
  run(facts) {
    // The one that migrates has other limits, and no caller in AppSync.
    const serving = databaseFunctions(facts).filter((fn) => userOf(fn) === facts.environment.database.user);
    if (serving.length === 0) return undefined;
    const findings = serving.flatMap((fn): Finding[] => {
      const seconds = fn.configuration.Timeout ?? 3;
      if (seconds <= CLIENT_SECONDS) {
        const problem = `${nameOf(fn)} ends after ${seconds} s, and waits up to ${CLIENT_SECONDS} s for the database.`;
        return [{ problem, fix: 'Set timeoutSeconds: 15 in its resource.ts' }];
      }
      if (seconds <= APPSYNC_SECONDS) return [];
      const problem = `${nameOf(fn)} can take ${seconds} s, and AppSync waits ${APPSYNC_SECONDS} s.`;
      return [{ problem, fix: 'Set timeoutSeconds: 30 or less in its resource.ts', severity: 'warning' }];
    });
    return findingsOr(findings, serving.map(({ configuration }) => `${configuration.Timeout} s`).join(', '));
  },
};

const concurrency: Check = {
  id: 'function-concurrency',
  title: 'Reserved concurrency',
  breaks: 'More functions than meant take connections, or requests are throttled that should not be.',
  page: 'runbook.md#lambda-concurrency',
  run(facts) {
    const serving = databaseFunctions(facts).filter((fn) => userOf(fn) === facts.environment.database.user);
    if (serving.length === 0) return undefined;
    const wanted = facts.environment.limits?.reservedConcurrency;
    const needs = facts.environment.database.proxy.kind === 'none' && wanted === undefined;
    const findings = serving.flatMap((fn): Finding[] => {
      if (fn.reservedConcurrency === 0) {
        return [{ problem: `${nameOf(fn)} has a reservation of 0: every request is throttled.`, fix: DEPLOY }];
      }
      if (fn.reservedConcurrency === wanted) return [];
      const problem = `${nameOf(fn)} has ${fn.reservedConcurrency ?? 'no'} reserved executions, and the environment says ${wanted ?? 'none'}.`;
      return [{ problem, fix: DEPLOY }];
    });
    const unbounded = needs && {
      problem: 'Without a proxy each execution holds a connection of the database, and nothing bounds how many run.',
      fix: 'Add limits: { reservedConcurrency: 20 } to the environment',
    };
    return findingsOr(
      [...findings, unbounded],
      wanted === undefined ? 'none, as the environment says' : String(wanted),
    );
  },
};

/** https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html: the date from which no function can be updated. */
const ENDED_RUNTIMES = ['nodejs12.x', 'nodejs14.x', 'nodejs16.x', 'nodejs18.x', 'nodejs20.x'];

const runtime: Check = {
  id: 'function-runtime',
  title: 'Runtime',
  breaks: 'A runtime that has ended gets no security updates, and one day the function cannot be updated.',
  page: 'upgrade.md',
  run(facts) {
    const found = databaseFunctions(facts);
    if (found.length === 0) return undefined;
    const findings = found
      .filter(({ configuration }) => ENDED_RUNTIMES.includes(configuration.Runtime ?? ''))
      .map(
        (fn): Finding => ({
          problem: `${nameOf(fn)} runs on ${fn.configuration.Runtime}, which has ended.`,
          fix: 'Set runtime: 24 in its resource.ts, and deploy',
          severity: 'warning',
        }),
      );
    return findingsOr(findings, [...new Set(found.map(({ configuration }) => configuration.Runtime))].join(', '));
  },
};

export const functionChecks: CheckGroup = {
  title: 'Functions',
  checks: [state, network, environment, timeouts, concurrency, runtime, functionLogins, proxyLogins],
};
