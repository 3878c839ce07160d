/** Checks that the alarms can go off, and reach somebody. */
import type { MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { type Check, type CheckGroup, count, type Finding, findingsOr } from '../check.js';
import type { Facts } from '../facts.js';
import { isDeployed, nameOf, proxyOf } from '../resolve.js';

const PAGE = 'runbook.md#before-the-first-alarm';

const wantsAlarms = (facts: Facts) => isDeployed(facts) && facts.environment.monitoring !== undefined;

const exist: Check = {
  id: 'alarms',
  title: 'Alarms',
  breaks: 'Nobody hears of an outage but from users.',
  page: PAGE,
  run(facts) {
    if (!isDeployed(facts)) return undefined;
    const { alarms, environment } = facts;
    if (environment.monitoring === undefined) return undefined;
    const none = alarms.length === 0 && {
      problem: 'The environment asks for alarms, and the deployment has none.',
      fix: 'Deploy again',
    };
    const ringing = alarms
      .filter(({ StateValue }) => StateValue === 'ALARM')
      .map(
        ({ AlarmName, AlarmDescription }): Finding => ({
          problem: `${AlarmName} is in ALARM: ${AlarmDescription ?? ''}`.trim(),
          fix: `aws cloudwatch describe-alarm-history --alarm-name ${AlarmName} --max-items 3`,
          severity: 'warning',
        }),
      );
    return findingsOr([none, ...ringing], count(alarms.length, 'alarm'));
  },
};

const actions: Check = {
  id: 'alarm-actions',
  title: 'Alarms reach somebody',
  breaks: 'The alarm goes off, and no e-mail is sent.',
  page: PAGE,
  run(facts) {
    if (!wantsAlarms(facts) || facts.alarms.length === 0) return undefined;
    const findings = facts.alarms.flatMap(({ AlarmName, ActionsEnabled, AlarmActions = [] }): Finding[] => {
      if (ActionsEnabled === false) {
        const fix = `aws cloudwatch enable-alarm-actions --alarm-names ${AlarmName}`;
        return [{ problem: `The actions of ${AlarmName} are switched off.`, fix }];
      }
      if (AlarmActions.length > 0) return [];
      return [{ problem: `${AlarmName} has no action.`, fix: 'Deploy again: it was changed by hand' }];
    });
    return findingsOr(findings, 'each has an action');
  },
};

const data: Check = {
  id: 'alarm-data',
  title: 'Alarms have data',
  breaks: 'An alarm on a function or proxy that does not exist can never go off.',
  page: 'runbook.md#proxy-availability',
  run(facts) {
    if (!wantsAlarms(facts) || facts.alarms.length === 0) return undefined;
    const functions = facts.functions.map(nameOf);
    const proxy = proxyOf(facts)?.DBProxyName;
    const findings = facts.alarms.flatMap((alarm): Finding[] => {
      const watched = dimensionsOf(alarm);
      const lost = [
        ...watched.functions.filter((name) => !functions.includes(name)).map((name) => `the function ${name}`),
        ...watched.proxies.filter((name) => proxy !== undefined && name !== proxy).map((name) => `the proxy ${name}`),
      ];
      return lost.length === 0
        ? []
        : [
            {
              problem: `${alarm.AlarmName} watches ${[...new Set(lost)].join(', ')}, which this environment does not use.`,
              fix: 'Correct database.proxy.proxyName in amplify/environments.ts, and deploy',
            },
          ];
    });
    return findingsOr(findings, 'each watches what exists');
  },
};

function dimensionsOf({ Dimensions = [], Metrics = [] }: MetricAlarm) {
  const all = [...Dimensions, ...Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric?.Dimensions ?? [])];
  const named = (name: string) =>
    all.flatMap(({ Name, Value }) => (Name === name && Value !== undefined ? [Value] : []));
  return { functions: named('FunctionName'), proxies: named('ProxyName') };
}

export const alarmChecks: CheckGroup = { title: 'Alarms', checks: [exist, actions, data] };
