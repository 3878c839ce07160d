import { monitoringTemplate, settings } from '@vpc-postgres/testing/support/monitoring.js';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { beforeAll, expect, test } from 'vitest';

let template: Template;
let topicId: string | undefined;
let keyId: string | undefined;

beforeAll(() => {
  template = monitoringTemplate();
  [topicId] = Object.keys(template.findResources('AWS::SNS::Topic'));
  [keyId] = Object.keys(template.findResources('AWS::KMS::Key'));
});

test('each address is a subscription of the topic', () => {
  const alarmEmails = ['on-call@example.com', 'platform@example.com'];
  const both = monitoringTemplate({}, { settings: { ...settings, alarmEmails } });

  const subscriptions = Object.values(both.findResources('AWS::SNS::Subscription')).map(({ Properties }) => Properties);
  expect(subscriptions).toEqual(
    alarmEmails.map((Endpoint) => ({ Protocol: 'email', Endpoint, TopicArn: { Ref: topicId } })),
  );
});

test('the topic is encrypted with a key that rotates and goes with the environment', () => {
  template.hasResourceProperties('AWS::SNS::Topic', {
    KmsMasterKeyId: { 'Fn::GetAtt': [keyId, 'Arn'] },
    TopicName: Match.absent(),
  });
  template.hasResource('AWS::KMS::Key', {
    Properties: { EnableKeyRotation: true, PendingWindowInDays: 7 },
    DeletionPolicy: 'Delete',
  });
});

test('CloudWatch may use the key, or every alarm would go off unheard', () => {
  template.hasResourceProperties('AWS::KMS::Key', {
    KeyPolicy: {
      Statement: Match.arrayWith([
        {
          Effect: 'Allow',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
          Resource: '*',
        },
      ]),
    },
  });
});

test('alarms of this account and region may publish, over TLS, and nobody else', () => {
  const [policy] = Object.values(template.findResources('AWS::SNS::TopicPolicy'));
  const [denied, allowed, ...others] = policy?.Properties.PolicyDocument.Statement ?? [];

  expect(others).toEqual([]);
  expect(policy?.Properties.Topics).toEqual([{ Ref: topicId }]);
  expect(denied).toMatchObject({
    Effect: 'Deny',
    Principal: '*',
    Action: 'sns:Publish',
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  });
  expect(allowed).toEqual({
    Sid: expect.any(String),
    Effect: 'Allow',
    Principal: { Service: 'cloudwatch.amazonaws.com' },
    Action: 'sns:Publish',
    Resource: { Ref: topicId },
    Condition: {
      StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
      ArnLike: {
        'aws:SourceArn': {
          'Fn::Join': [
            '',
            [
              'arn:',
              { Ref: 'AWS::Partition' },
              ':cloudwatch:',
              { Ref: 'AWS::Region' },
              ':',
              { Ref: 'AWS::AccountId' },
              ':alarm:*',
            ],
          ],
        },
      },
    },
  });
});
