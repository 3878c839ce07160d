/**
 * The SNS topic that alarms are published to, and that sends them by e-mail. Encrypted, for TLS only, and for alarms of
 * this account and region only. Costs about 1 USD a month, for the key (docs/decisions/0018).
 */
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';

const CLOUDWATCH = new ServicePrincipal('cloudwatch.amazonaws.com');

/** KMS: 7 to 30 days. Nothing that the key protects outlives the sending of an e-mail. */
const KEY_DELETION_DAYS = 7;

export function createAlarmTopic(scope: Construct, emails: readonly string[]): ITopic {
  const topic = new Topic(scope, 'AlarmTopic', {
    displayName: 'Alarms of the backend',
    masterKey: createKey(scope),
    enforceSSL: true,
  });
  allowAlarms(topic);
  for (const email of emails) topic.addSubscription(new EmailSubscription(email));
  return topic;
}

/**
 * The key aws/sns would cost nothing, but its policy cannot be changed, and CloudWatch itself must be allowed to use the
 * key. Without this statement the alarms change state and no e-mail is sent; the error is in the alarm's history alone.
 * Without a condition, as AWS documents it: what may be published is decided by the topic's policy.
 * @see https://repost.aws/knowledge-center/cloudwatch-receive-sns-for-alarm-trigger
 */
function createKey(scope: Construct): Key {
  const key = new Key(scope, 'AlarmTopicKey', {
    description: 'Encrypts the messages of the alarms on their way through SNS',
    enableKeyRotation: true,
    removalPolicy: RemovalPolicy.DESTROY,
    pendingWindow: Duration.days(KEY_DELETION_DAYS),
  });
  key.addToResourcePolicy(
    new PolicyStatement({
      principals: [CLOUDWATCH],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
      resources: ['*'],
    }),
  );
  return key;
}

/** A topic with a policy of its own, as enforceSSL makes it, has lost the default one, which let the account publish. */
function allowAlarms(topic: Topic): void {
  const { account, partition, region } = Stack.of(topic);
  topic.addToResourcePolicy(
    new PolicyStatement({
      principals: [CLOUDWATCH],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: {
        StringEquals: { 'aws:SourceAccount': account },
        ArnLike: { 'aws:SourceArn': `arn:${partition}:cloudwatch:${region}:${account}:alarm:*` },
      },
    }),
  );
}
