/** Nothing is public: no database, no function, no role. */

import type { Rule } from '../deployment.js';
import { isResource, nameOf, type Properties } from '../templates.js';

export const privateDatabase: Rule = {
  find({ templates }) {
    return templates
      .ofType('AWS::RDS::DBInstance', 'AWS::RDS::DBCluster')
      .filter(({ properties }) => String(properties.PubliclyAccessible) === 'true')
      .map(({ logicalId }) => ({
        path: `${logicalId}: PubliclyAccessible`,
        got: 'true',
        expected: 'false: the database has no public address',
        fix: 'remove what sets it',
      }));
  },
};

export const privateFunctions: Rule = {
  find({ templates }) {
    const urls = templates
      .ofType('AWS::Lambda::Url')
      .filter(({ properties }) => properties.AuthType !== 'AWS_IAM')
      .map(({ logicalId, properties }) => ({
        path: `${logicalId}: AuthType`,
        got: String(properties.AuthType),
        expected: 'AWS_IAM: without it everyone can call the function, as no user',
        fix: 'remove the function URL, or set AuthType: AWS_IAM',
      }));
    const permissions = templates
      .ofType('AWS::Lambda::Permission')
      .filter(({ properties }) => properties.Principal === '*' && properties.PrincipalOrgID === undefined)
      .map(({ logicalId, file, properties }) => {
        const fn = templates.resolve(file, properties.FunctionName);
        return {
          path: `${logicalId}: Principal`,
          got: `*, for ${isResource(fn) ? nameOf(fn) : fn}`,
          expected: 'the service or the account that calls the function',
          fix: 'name it, for example events.amazonaws.com, with the SourceArn of the rule',
        };
      });
    return [...urls, ...permissions];
  },
};

export const closedRoles: Rule = {
  find({ templates }) {
    return templates
      .ofType('AWS::IAM::Role')
      .filter(({ properties }) =>
        [properties.AssumeRolePolicyDocument?.Statement ?? []]
          .flat()
          .some(
            ({ Effect, Principal, Condition }: Properties) =>
              Effect === 'Allow' &&
              Condition === undefined &&
              /"\*"/.test(JSON.stringify([Principal?.AWS ?? Principal])),
          ),
      )
      .map((role) => ({
        path: `${nameOf(role)}: AssumeRolePolicyDocument`,
        got: 'Principal *',
        expected: 'the service that takes the role',
        fix: 'name it, for example lambda.amazonaws.com',
      }));
  },
};
