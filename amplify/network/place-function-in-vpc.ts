/**
 * Gives a function network interfaces in the VPC. defineFunction has no setting for it
 * (https://github.com/aws-amplify/amplify-backend/issues/1112), so this one file sets it on the CloudFormation resource.
 */
import type { ISecurityGroup, ISubnet } from 'aws-cdk-lib/aws-ec2';
import { type IRole, ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { CfnFunction } from 'aws-cdk-lib/aws-lambda';

/** The part of a defineFunction result that is needed here. */
export interface PlaceableFunction {
  readonly resources: {
    readonly lambda: { readonly role?: IRole };
    readonly cfnResources: { readonly cfnFunction: CfnFunction };
  };
}

export interface Placement {
  readonly subnets: readonly ISubnet[];
  readonly securityGroup: ISecurityGroup;
}

export function placeFunctionInVpc({ resources }: PlaceableFunction, { subnets, securityGroup }: Placement): void {
  resources.cfnResources.cfnFunction.vpcConfig = {
    subnetIds: subnets.map((subnet) => subnet.subnetId),
    securityGroupIds: [securityGroup.securityGroupId],
  };
  // The CDK adds this policy only when it sets the VPC itself. Without it, creating the function fails with "does not
  // have permissions to call CreateNetworkInterface". It is part of the role, which the function waits for.
  resources.lambda.role?.addManagedPolicy(
    ManagedPolicy.fromAwsManagedPolicyName('service-role/AWSLambdaVPCAccessExecutionRole'),
  );
}
