/** Runs a pack of security rules over our own stacks alone: Amplify's are Amplify's to answer for. */
import type {
  IPolicyValidationContext,
  IPolicyValidationPlugin,
  PolicyValidationPluginReport,
  PolicyViolatingResource,
} from 'aws-cdk-lib';

/** Everything in these stacks is ours; in Amplify's function stack the policies are that we attach. */
const OWN = /\/(networkAndDatabase|monitoring)\/|\/function\/[^/]+(-network-interfaces|\/ServiceRole\/DefaultPolicy)\//;

export function onOwnStacks(pack: IPolicyValidationPlugin): IPolicyValidationPlugin {
  const isOwn = ({ constructPath = '' }: PolicyViolatingResource) => OWN.test(constructPath);
  return {
    name: pack.name,
    validate(context: IPolicyValidationContext): PolicyValidationPluginReport {
      const { violations, ...rest } = pack.validate(context);
      const own = violations
        .map((violation) => ({ ...violation, violatingResources: violation.violatingResources.filter(isOwn) }))
        .filter(({ violatingResources }) => violatingResources.length > 0);
      return { ...rest, success: own.length === 0, violations: own };
    },
  };
}
