/** The names that a template gives to resources, which must differ from one deployment to the next. */
import type { Synthesis } from './cloud-assembly.js';
import { resourcesIn } from './templates.js';

/** Properties that name a resource within its account and region, whatever its type. */
const NAME =
  /^(?!DBName$|DatabaseName$|.*ServiceName$|ParameterName$|TargetGroupName$|PolicyName$)[A-Za-z]*(Name|Identifier)$/;

/** Types whose names live inside another resource, and those in which Amplify names what it makes. */
const NAMED_INSIDE_ANOTHER =
  /^AWS::(AppSync|Cognito|CloudFormation|Lambda::Permission|RDS::DBProxyTargetGroup|EC2::FlowLog)|^Custom::/;

/** Plain texts alone: what refers to another resource is that resource's name, which CloudFormation makes. */
export function physicalNamesIn(synthesis: Synthesis): string[] {
  return resourcesIn(synthesis)
    .filter(({ type }) => !NAMED_INSIDE_ANOTHER.test(type))
    .flatMap(({ type, properties }) =>
      Object.entries(properties)
        .filter(([name, value]) => NAME.test(name) && typeof value === 'string')
        .map(([name, value]) => `${type} ${name} ${value}`),
    );
}
