/** What the steps of a deployment that CloudFormation takes as custom resources have in common: functions, logs, provider. */
import { AssetHashType, DockerImage, Duration, Validations } from 'aws-cdk-lib';
import { Architecture, type CfnFunction, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import type { ConnectableFunction, DefinedFunction } from '../functions/defined-function.js';
import type { LogSettings } from '../monitoring/log-group.js';
import { invokesEveryVersionOf, usesManagedPolicy } from './acknowledged-findings.js';

export interface DeploymentFunctionOptions {
  readonly description: string;
  readonly code: Code;
  /** 1 to 900. */
  readonly timeoutSeconds: number;
  readonly memoryMB: number;
}

/** A function that works during a deployment alone. It waits for others most of the time. */
export function createDeploymentFunction(
  scope: Construct,
  id: string,
  { description, code, timeoutSeconds, memoryMB }: DeploymentFunctionOptions,
): ConnectableFunction {
  const lambda = new LambdaFunction(scope, id, {
    description,
    runtime: Runtime.NODEJS_24_X,
    // The bundles are JavaScript alone.
    architecture: Architecture.ARM_64,
    handler: 'index.handler',
    code,
    timeout: Duration.seconds(timeoutSeconds),
    memorySize: memoryMB,
  });
  for (const policy of ['AWSLambdaBasicExecutionRole', 'AWSLambdaVPCAccessExecutionRole'] as const) {
    Validations.of(lambda).acknowledge(usesManagedPolicy(policy));
  }
  return {
    resources: { lambda, cfnResources: { cfnFunction: lambda.node.defaultChild as CfnFunction } },
    addEnvironment: (key, value) => void lambda.addEnvironment(key, value),
  };
}

/**
 * esbuild runs in this process. The CDK asks for an image to fall back on, and never gets that far.
 * @param folder The code's, and no other function's: the CDK bundles each folder once. @param bundle Writes index.mjs into a directory.
 */
export function bundledCode(folder: string, bundle: (directory: string) => void): Code {
  return Code.fromAsset(folder, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: DockerImage.fromRegistry('never-pulled'),
      local: {
        tryBundle(directory) {
          bundle(directory);
          return true;
        },
      },
    },
  });
}

/**
 * Under the name that Lambda gives a function's group. The CDK's provider ends every error with that name, whatever group the
 * function writes to: under another one, the deployment's error would lead to a group that does not exist.
 */
export function createNamedLogGroup({ resources: { lambda } }: DefinedFunction, logs: LogSettings): void {
  new LogGroup(lambda, 'LogGroup', {
    logGroupName: `/aws/lambda/${lambda.functionName}`,
    retention: logs.retentionDays,
    removalPolicy: logs.removalPolicy,
  });
}

/**
 * CloudFormation waits for an answer in S3, where a function without a way out of the VPC cannot write it. So the CDK's own
 * function, which is not in the VPC, invokes ours through Lambda, waits, and passes the answer on.
 */
export function createProvider(
  scope: Construct,
  id: string,
  { resources }: DefinedFunction,
  logs: LogSettings,
): Provider {
  const place = new Construct(scope, id);
  const logGroup = new LogGroup(place, 'Log', { retention: logs.retentionDays, removalPolicy: logs.removalPolicy });
  const provider = new Provider(place, 'Provider', { onEventHandler: resources.lambda, logGroup });
  Validations.of(provider).acknowledge(
    usesManagedPolicy('AWSLambdaBasicExecutionRole'),
    invokesEveryVersionOf(resources.cfnResources.cfnFunction),
  );
  return provider;
}
