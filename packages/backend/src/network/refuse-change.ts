/**
 * Refuses to change a setting of something that exists, where CloudFormation would replace it by an empty one, or fail half
 * way. A custom resource keeps the values of the first deployment in its physical id; what depends on it is left as it is when
 * an update asks for others.
 */
import { CustomResource, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

/** One setting that stays as it is. The name is its path in the environment; the value has no `;` and no `=`. */
export interface FixedSetting {
  readonly name: string;
  readonly value: string;
}

/**
 * CloudFormation answers a refusal by asking for the former values, which are those in the id. A setting that the id does not
 * have yet is of a newer version of this file.
 */
const HANDLER = `
const read = (id) => new Map(id.split(';').map((setting) => setting.split('=')));
const write = (settings) => settings.map(({ name, value }) => name + '=' + value).join(';');

exports.handler = async ({ RequestType, ResponseURL, ResourceProperties, PhysicalResourceId, ...request }) => {
  const { Settings, Reason } = ResourceProperties;
  const former = RequestType === 'Update' ? read(PhysicalResourceId) : new Map();
  const changed = Settings.filter(({ name, value }) => former.has(name) && former.get(name) !== value);
  const refused = changed.length > 0;
  const changes = changed.map(({ name, value }) => name + ' is ' + former.get(name) + ' and cannot become ' + value);
  const response = {
    Status: refused ? 'FAILED' : 'SUCCESS',
    Reason: refused ? changes.join('; ') + '. ' + Reason : 'accepted',
    PhysicalResourceId: RequestType === 'Delete' || refused ? PhysicalResourceId : write(Settings),
    StackId: request.StackId,
    RequestId: request.RequestId,
    LogicalResourceId: request.LogicalResourceId,
  };
  // As bytes: text would be sent with a content type, and the signature of the URL has none.
  const { ok, status } = await fetch(ResponseURL, { method: 'PUT', body: Buffer.from(JSON.stringify(response)) });
  if (!ok) throw new Error('CloudFormation did not take the response: ' + status);
};
`;

/**
 * @param settings What must stay as it is.
 * @param reason What would happen otherwise and what to do instead, in sentences. CloudFormation shows it.
 * @returns what has to be a dependency of the resources that would be replaced.
 */
export function refuseChange(
  scope: Construct,
  id: string,
  settings: readonly FixedSetting[],
  reason: string,
): CustomResource {
  return new CustomResource(scope, id, {
    resourceType: 'Custom::FixedSettings',
    serviceToken: handlerIn(Stack.of(scope)).functionArn,
    serviceTimeout: Duration.minutes(5),
    properties: { Settings: settings, Reason: reason },
  });
}

/** One for all settings of a stack. It asks nothing of AWS, and is in no VPC. */
function handlerIn(stack: Stack): LambdaFunction {
  const existing = stack.node.tryFindChild('FixedSettings');
  if (existing !== undefined) return existing as LambdaFunction;
  const handler = new LambdaFunction(stack, 'FixedSettings', {
    description: 'Refuses changes of settings that would replace the database or the VPC',
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromInline(HANDLER),
    timeout: Duration.seconds(30),
    logGroup: new LogGroup(stack, 'FixedSettingsLog', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    }),
  });
  Validations.of(handler).acknowledge({
    id: 'AwsSolutions::AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]',
    reason: 'AWS’s own policy for the log of a function, which AWS keeps up to date.',
  });
  return handler;
}
