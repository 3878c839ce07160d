import { functionIn } from '@vpc-postgres/testing/support/monitoring.js';
import { templateOf } from '@vpc-postgres/testing/support/template-of.js';
import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { expect, test } from 'vitest';
import { LOG_RETENTION_DAYS } from '../../../src/configuration/monitoring-settings.js';
import { createLogGroup, type LogSettings } from '../../../src/monitoring/log-group.js';

function templateWith(settings: LogSettings): Template {
  const stack = new Stack(new App(), 'Functions');
  createLogGroup(functionIn(stack), settings);
  return templateOf(stack);
}

test('the function writes to a group that forgets, and that has no name of its own', () => {
  const template = templateWith({ retentionDays: 14, removalPolicy: RemovalPolicy.RETAIN });
  const [logGroup] = Object.keys(template.findResources('AWS::Logs::LogGroup'));

  template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 14, LogGroupName: Match.absent() });
  template.hasResourceProperties('AWS::Lambda::Function', { LoggingConfig: { LogGroup: { Ref: logGroup } } });
});

test.each([
  ['stay with RETAIN', RemovalPolicy.RETAIN, 'Retain'],
  ['go with the deployment with DESTROY', RemovalPolicy.DESTROY, 'Delete'],
])('log lines %s', (_what, removalPolicy, policy) => {
  templateWith({ retentionDays: 30, removalPolicy }).hasResource('AWS::Logs::LogGroup', {
    DeletionPolicy: policy,
    UpdateReplacePolicy: policy,
  });
});

test('format and level of the log stay as the function has them', () => {
  const stack = new Stack(new App(), 'Functions');
  const fn = functionIn(stack);
  fn.cfnFunction.loggingConfig = { logFormat: 'JSON', applicationLogLevel: 'INFO' };
  createLogGroup(fn, { retentionDays: 30, removalPolicy: RemovalPolicy.RETAIN });

  templateOf(stack).hasResourceProperties('AWS::Lambda::Function', {
    LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: 'INFO', LogGroup: Match.anyValue() },
  });
});

test('an environment may choose every retention that CloudWatch Logs offers, but not for ever', () => {
  const offered = Object.values(RetentionDays).filter((days) => typeof days === 'number');

  expect([...LOG_RETENTION_DAYS, RetentionDays.INFINITE].sort(numerically)).toEqual(offered.sort(numerically));
});

const numerically = (a: number, b: number) => a - b;
