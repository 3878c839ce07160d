/** AppSync waits 30 s for a resolver. A function that works longer works in vain, and its caller gets no typed error. */
import type { CfnDataSource } from 'aws-cdk-lib/aws-appsync';
import type { IConstruct } from 'constructs';
import type { Guardrail } from '../guardrail.js';
import { nameOf, propertiesOf, referencedConstruct, resourcesOf } from '../resources.js';

const APPSYNC_LIMIT_SECONDS = 30;

export const functionTimeout: Guardrail = {
  name: 'function-timeout',
  fix: `set timeoutSeconds to ${APPSYNC_LIMIT_SECONDS} or less, or answer at once and work in another function`,
  find({ root }) {
    const resolvers = new Set(
      resourcesOf(root, ['AWS::AppSync::DataSource']).flatMap(({ construct }) => lambdaOf(construct)),
    );
    return resourcesOf(root, ['AWS::Lambda::Function'])
      .filter(({ construct }) => resolvers.has(construct))
      .flatMap(({ construct }) => {
        const { Timeout } = propertiesOf(construct);
        if (typeof Timeout !== 'number' || Timeout <= APPSYNC_LIMIT_SECONDS) return [];
        const problem = `${nameOf(construct)} may take ${Timeout} s, and AppSync waits ${APPSYNC_LIMIT_SECONDS} s.`;
        return [{ construct, problem }];
      });
  },
};

function lambdaOf(dataSource: IConstruct): IConstruct[] {
  const { lambdaConfig } = dataSource as CfnDataSource;
  if (lambdaConfig === undefined || !('lambdaFunctionArn' in lambdaConfig)) return [];
  const construct = referencedConstruct(lambdaConfig.lambdaFunctionArn);
  return construct === undefined ? [] : [construct];
}
