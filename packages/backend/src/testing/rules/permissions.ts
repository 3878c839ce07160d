/** Each function is permitted what it needs, on the exact resource. */
import { isDatabaseFunction, lambdasOf, ownLambdas, type Rule, type SynthesizedDeployment } from '../deployment.js';
import { listOf, nameOf, type Properties, type Resource } from '../templates.js';

const CONNECT = 'rds-db:connect';

/** Actions for which AWS knows no single resource. @see https://docs.aws.amazon.com/service-authorization/latest/reference/ */
const ON_EVERY_RESOURCE = [
  'cloudwatch:PutMetricData',
  'ec2:DescribeNetworkInterfaces',
  'sts:GetCallerIdentity',
  'xray:PutTelemetryRecords',
  'xray:PutTraceSegments',
];

/** AWS's policies that permit far more than a function needs. */
const BROAD_POLICY = /(AdministratorAccess|PowerUserAccess|FullAccess)/;

interface Statement {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

export const connect: Rule = {
  guardrail: 'wildcard-connect',
  find(deployment) {
    return lambdasOf(deployment).flatMap((lambda) => {
      const name = nameOf(lambda);
      if (!Object.hasOwn(deployment.functions, name)) return [];
      const granted = statementsOf(deployment, lambda).filter(({ actions }) => actions.includes(CONNECT));
      const path = `${name}: ${CONNECT}`;
      if (!isDatabaseFunction(lambda, deployment)) {
        return granted.map(({ resources }) => ({
          path,
          got: `permission for ${resources.join(', ')}`,
          expected: 'none, because amplify/functions/functions.ts says database: false',
          fix: 'call connectFunction only for the functions of withDatabase in amplify/backend.ts',
        }));
      }
      if (granted.length > 0) return [];
      return {
        path,
        got: 'no permission',
        expected: 'permission to connect to the database of the environment, as its user',
        fix: 'call connectFunction for each function of withDatabase in amplify/backend.ts',
      };
    });
  },
};

export const exactDatabaseUser: Rule = {
  guardrail: 'wildcard-connect',
  find({ templates }) {
    return statementsIn(templates.resources).flatMap(({ logicalId, statement: { actions, resources } }) => {
      if (!actions.some((action) => /^(\*|rds-db:.*)$/.test(action))) return [];
      return resources
        .filter((resource) => resource.includes('*'))
        .map((resource) => ({
          path: `${logicalId}: ${actions.join(', ')}`,
          got: resource,
          expected: 'one proxy or database and one user: arn:…:dbuser:prx-…/app',
          fix: 'remove the statement: connectFunction of @vpc-postgres/backend writes the exact one',
        }));
    });
  },
};

export const exactResources: Rule = {
  find(deployment) {
    const onEveryResource = [...ON_EVERY_RESOURCE, ...deployment.actionsOnEveryResource];
    return ownLambdas(deployment).flatMap((lambda) =>
      statementsOf(deployment, lambda).flatMap(({ actions, resources }) => {
        const path = `${nameOf(lambda)}: ${actions.join(', ')}`;
        const wideActions = actions.filter((action) => /^(\*|[^:]+:\*)$/.test(action));
        const isNeeded = actions.every((action) => onEveryResource.includes(action));
        return [
          ...wideActions.map((action) => ({
            path,
            got: `every action: ${action}`,
            expected: 'the actions that the function calls, by name',
            fix: 'list them, for example s3:GetObject',
          })),
          ...(resources.includes('*') && !isNeeded
            ? [
                {
                  path,
                  got: 'every resource: *',
                  expected: 'the exact resource',
                  fix: 'name its ARN; an action that AWS does not permit on one goes into actionsOnEveryResource of expectDeployable',
                },
              ]
            : []),
        ];
      }),
    );
  },
};

export const noBroadPolicy: Rule = {
  find({ templates }) {
    return templates.ofType('AWS::IAM::Role').flatMap((role) =>
      listOf(role.properties.ManagedPolicyArns)
        .map(asText)
        .filter((arn) => BROAD_POLICY.test(arn))
        .map((arn) => ({
          path: `${nameOf(role)}: ManagedPolicyArns`,
          got: arn,
          expected: 'no policy of AWS that permits a whole service, or all of them',
          fix: 'give the role a statement with the actions and the resource that it needs',
        })),
    );
  },
};

/** What the policies of a function's role allow. */
function statementsOf({ templates }: SynthesizedDeployment, { file, properties }: Resource): Statement[] {
  const role = templates.resolve(file, properties.Role);
  const attached = templates.resources.filter(
    (resource) =>
      resource === role ||
      listOf(resource.properties.Roles).some((ref) => templates.resolve(resource.file, ref) === role),
  );
  return statementsIn(attached).map(({ statement }) => statement);
}

function statementsIn(resources: readonly Resource[]): { logicalId: string; statement: Statement }[] {
  return resources
    .filter(({ type }) => type.startsWith('AWS::IAM::'))
    .flatMap(({ logicalId, properties }) =>
      [properties, ...(listOf(properties.Policies) as Properties[])]
        .flatMap(({ PolicyDocument }) => listOf(PolicyDocument?.Statement) as Properties[])
        .filter(({ Effect }) => Effect === 'Allow')
        .map(({ Action, Resource }) => ({
          logicalId,
          statement: { actions: listOf(Action).map(String), resources: listOf(Resource).map(asText) },
        })),
    );
}

const asText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
