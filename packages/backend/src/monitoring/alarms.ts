/** One alarm as a row of a table, and what makes the rows into alarms of CloudWatch. */
import {
  Alarm,
  ComparisonOperator,
  type IAlarmAction,
  type IMetric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';

export interface AlarmDefinition {
  /** The id of the construct. A changed one replaces the alarm, and its history is gone. */
  readonly id: string;
  /** What it is about: the name of a function, or RDS Proxy. */
  readonly subject: string;
  /** Why it exists: what goes wrong when it fires. A sentence with its period. */
  readonly reason: string;
  /** The heading in docs/runbook.md that says what to do, as its anchor. */
  readonly runbook: string;
  readonly metric: IMetric;
  /** In the unit of the metric. */
  readonly threshold: number;
  /** @default 'at or above' */
  readonly firesWhen?: 'at or above' | 'below';
  /** For how many periods of the metric in a row, so that one bad minute wakes nobody. */
  readonly periods: number;
  /** What it means that the metric has no data. */
  readonly silenceMeans: 'nothing happened' | 'trouble';
}

/** Each says when it begins, and when it is over. */
export function createAlarms(
  scope: Construct,
  definitions: readonly AlarmDefinition[],
  action: IAlarmAction,
): readonly Alarm[] {
  return definitions.map((definition) => {
    const alarm = createAlarm(scope, definition);
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
    return alarm;
  });
}

function createAlarm(scope: Construct, definition: AlarmDefinition): Alarm {
  const { id, subject, reason, runbook, metric, threshold, firesWhen, periods, silenceMeans } = definition;
  return new Alarm(scope, id, {
    alarmDescription: `${subject}: ${reason} What to do: docs/runbook.md#${runbook}`,
    metric,
    threshold,
    comparisonOperator:
      firesWhen === 'below'
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    evaluationPeriods: periods,
    datapointsToAlarm: periods,
    treatMissingData: silenceMeans === 'trouble' ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
  });
}
