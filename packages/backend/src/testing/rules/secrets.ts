/** No secret is in an environment variable, in metadata or anywhere else in a template: everybody who can read the stack could read it. */
import type { ConfigurationProblem } from '../../configuration/configuration-error.js';
import { lambdasOf, type Rule } from '../deployment.js';
import { nameOf } from '../templates.js';

/** What Amplify's secret() leaves in the template. It fetches the value when the function starts. */
const FETCHED_AT_START = '<value will be resolved during runtime>';

const SECRET_VARIABLE = /(PASSWORD|PASSWD|SECRET|PRIVATE_KEY|API_KEY|ACCESS_KEY)$/i;
const SECRET_PROPERTY = /(password|passwd|secretstring|privatekey|secretaccesskey)$/i;
const DYNAMIC_REFERENCE = /\{\{resolve:(secretsmanager|ssm-secure):/;

const SECRET_TEXTS: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['a password inside a URL', /:\/\/[^:/@\s"]+:[^@/\s"]+@/],
  ['an AWS access key', /\b(AKIA|ASIA)[0-9A-Z]{16}\b/],
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ['a JSON Web Token', /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+/],
];

const FIX = 'remove it, and read it when it is needed: Secrets Manager, or secret() in a function outside the VPC';

export const noSecretInVariables: Rule = {
  find(deployment) {
    return lambdasOf(deployment).flatMap((lambda) => {
      const variables: Record<string, unknown> = lambda.properties.Environment?.Variables ?? {};
      return Object.entries(variables)
        .filter(([, value]) => value !== FETCHED_AT_START)
        .flatMap(([name, value]) => {
          const byName = SECRET_VARIABLE.test(name);
          if (!byName && !DYNAMIC_REFERENCE.test(JSON.stringify(value))) return [];
          return {
            path: `${nameOf(lambda)}: Environment.Variables.${name}`,
            got: byName ? 'a value, not shown here' : 'a secret that CloudFormation fills in',
            expected: 'no secret: everyone who can look at the function reads its variables',
            fix: FIX,
          };
        });
    });
  },
};

export const noSecretInTemplates: Rule = {
  find({ templates }) {
    return Object.entries(templates.files).flatMap(([file, template]) => secretsIn(template, file));
  },
};

function secretsIn(value: unknown, path: string): ConfigurationProblem[] {
  if (typeof value === 'string') {
    return SECRET_TEXTS.filter(([, pattern]) => pattern.test(value)).map(([what]) => problemAt(path, what));
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const at = `${path}.${key}`;
    // The names of variables are the other rule's.
    const isNamed = SECRET_PROPERTY.test(key) && !path.endsWith('.Environment.Variables');
    if (isNamed && typeof inner === 'string' && !DYNAMIC_REFERENCE.test(inner)) {
      return [problemAt(at, 'a value, not shown here')];
    }
    return secretsIn(inner, at);
  });
}

const problemAt = (path: string, got: string): ConfigurationProblem => ({
  path,
  got,
  expected: 'no secret: everyone who can look at the stack reads its template',
  fix: FIX,
});
