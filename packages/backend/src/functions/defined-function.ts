/** Describes the part of a defineFunction result that placement, permissions, monitoring and guardrails need. Types only. */
import type { CfnFunction, IFunction } from 'aws-cdk-lib/aws-lambda';

export interface DefinedFunction {
  readonly resources: { readonly lambda: IFunction; readonly cfnResources: { readonly cfnFunction: CfnFunction } };
}

export interface ConnectableFunction extends DefinedFunction {
  addEnvironment(key: string, value: string): void;
}
