/** Two sandboxes of an account cannot have a resource of the same name: the second developer's deployment fails. */
import { Names, Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { Guardrail } from '../guardrail.js';
import { nameOf, resourcesOf } from '../resources.js';

/** Names that must be unique in an account and region, or in the whole world. */
const NAMES: Readonly<Record<string, string>> = {
  'AWS::CloudWatch::Alarm': 'AlarmName',
  'AWS::CloudWatch::Dashboard': 'DashboardName',
  'AWS::Cognito::IdentityPool': 'IdentityPoolName',
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::EC2::SecurityGroup': 'GroupName',
  'AWS::Events::Rule': 'Name',
  'AWS::IAM::ManagedPolicy': 'ManagedPolicyName',
  'AWS::IAM::Role': 'RoleName',
  'AWS::KMS::Alias': 'AliasName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::RDS::DBCluster': 'DBClusterIdentifier',
  'AWS::RDS::DBInstance': 'DBInstanceIdentifier',
  'AWS::RDS::DBParameterGroup': 'DBParameterGroupName',
  'AWS::RDS::DBProxy': 'DBProxyName',
  'AWS::RDS::DBProxyEndpoint': 'DBProxyEndpointName',
  'AWS::RDS::DBSubnetGroup': 'DBSubnetGroupName',
  'AWS::S3::Bucket': 'BucketName',
  'AWS::SNS::Topic': 'TopicName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::SSM::Parameter': 'Name',
  'AWS::SecretsManager::Secret': 'Name',
};

/** Hexadecimal digits at the end of a name that the CDK made. */
const HASH_LENGTH = 8;

export const physicalName: Guardrail = {
  name: 'physical-name',
  fix: 'leave the name out, so that CloudFormation makes one; where one is required, make it with Names.uniqueResourceName()',
  find({ root }) {
    return resourcesOf(root, Object.keys(NAMES)).flatMap(({ construct, properties }) => {
      const property = NAMES[construct.cfnResourceType] ?? '';
      const name = properties[property];
      if (typeof name !== 'string' || Token.isUnresolved(name) || isOfThisDeployment(name, construct, root)) return [];
      return [
        { construct, problem: `${nameOf(construct)} has the ${property} ${JSON.stringify(name)} in every deployment.` },
      ];
    });
  },
};

/**
 * Amplify ends the root stack's name with a hash of app and branch or owner, and Names.uniqueResourceName() ends a name with
 * a hash of the path, in which that name stands. A name with either is one deployment's own.
 */
function isOfThisDeployment(name: string, construct: IConstruct, root: IConstruct): boolean {
  const deployment = Stack.of(root).stackName.split('-').at(-1) ?? '';
  const places = construct.node.scopes.slice(1).map((scope) => Names.nodeUniqueId(scope.node).slice(-HASH_LENGTH));
  return (deployment !== '' && name.includes(deployment)) || places.some((hash) => name.toUpperCase().endsWith(hash));
}
