/** The statements that `doctor --policy --secret-keys` adds: AWS is asked where amplify/environments.ts does not name the secrets. */
import type { Environment } from '@vpc-postgres/backend/configuration/environment.js';
import { type DeploymentOptions, findRootStacks, readResources } from '../aws/amplify-stack.js';
import { answered, describeRefusal } from '../aws/answer.js';
import type { PolicyStatement } from '../aws/policy.js';
import { openReader } from '../aws/reader.js';
import { CommandError } from '../command-error.js';
import { DOCTOR_READS } from './doctor-reads.js';
import { needsAccount, planSecretReads, secretStatements } from './secret-reads.js';

/** @throws CommandError when AWS does not say which secrets these are */
export async function findSecretStatements(
  environment: Environment,
  options: DeploymentOptions & { readonly profile?: string | undefined },
): Promise<PolicyStatement[]> {
  const account = needsAccount(environment)
    ? await askAccount(environment, options)
    : { stacks: answered([]), resources: answered([]), proxies: answered([]) };
  for (const answer of Object.values(account)) {
    if (answer.ok) continue;
    throw new CommandError(
      `AWS did not say which secrets the proxy has (${describeRefusal(answer.refusal)}), so the policy cannot name them. ` +
        'Run it with credentials that can read this, or leave out --secret-keys.',
    );
  }
  const { logins, sql } = planSecretReads(environment, options, account);
  const secrets = [...logins.map(({ arn }) => arn), ...(sql === undefined ? [] : [sql.arn])];
  const parameters = sql?.parameters ?? [];
  return secretStatements(environment, {
    secrets,
    encryptedSecrets: secrets,
    parameters,
    encryptedParameters: parameters,
  });
}

async function askAccount(
  { region }: Environment,
  { profile, ...deployment }: DeploymentOptions & { readonly profile?: string | undefined },
) {
  const reader = openReader(DOCTOR_READS, { region, profile });
  try {
    const [stacks, proxies] = await Promise.all([
      findRootStacks(reader, deployment),
      reader.read('rds:DescribeDBProxies', {}),
    ]);
    const [stack, second] = stacks.ok ? stacks.value : [];
    const name = second === undefined ? stack?.StackName : undefined;
    return { stacks, proxies, resources: name === undefined ? answered([]) : await readResources(reader, name) };
  } finally {
    reader.close();
  }
}
