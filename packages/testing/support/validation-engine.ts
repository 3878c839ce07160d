/**
 * Loads the rules of CloudFormation Validate once, which takes seconds. The CDK loads the rules for the resource types that it
 * has met, and all again for a template with another type: in tests, which make one template after another, every rule
 * is loaded at the first one. A rule whose type is nowhere in a template says nothing of it.
 */
import { CloudFormationValidatePlugin } from 'aws-cdk-lib';

/** Which rules to load is asked of a set of types: this one has each of them. */
class EveryResourceType extends Set<string> {
  override has(): boolean {
    return true;
  }
}

/** Takes no time when they are loaded already. */
export function loadEveryValidationRule(): void {
  // biome-ignore lint/complexity/useLiteralKeys: TypeScript allows a private member in no other notation.
  CloudFormationValidatePlugin._singletonInstance()['initializeEngine'](new EveryResourceType());
}
