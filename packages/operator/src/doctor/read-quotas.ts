/** Reads the limits of the account that this architecture comes near. */
import { allAnswered, mapAnswer, orNothing } from '../aws/answer.js';
import type { AccountReader } from './doctor-reads.js';
import type { AccountAnswers, Quotas } from './facts.js';

/** What AWS grants where Service Quotas has no value of the account's own. */
const DEFAULTS: Quotas = { interfacesPerVpc: 500, proxies: 20, rulesPerGroup: 60 };

const CODES = [
  ['interfacesPerVpc', 'lambda', 'L-9FEE3D26'],
  ['proxies', 'rds', 'L-D94C7EA3'],
  ['rulesPerGroup', 'vpc', 'L-0EA8095F'],
] as const satisfies readonly (readonly [keyof Quotas, string, string])[];

export async function readQuotas(reader: AccountReader): Promise<AccountAnswers['quotas']> {
  const answers = await Promise.all(
    CODES.map(async ([name, ServiceCode, QuotaCode]) => {
      const answer = orNothing(await reader.read('servicequotas:GetServiceQuota', { ServiceCode, QuotaCode }));
      return mapAnswer(answer, (found) => [name, found?.Quota?.Value ?? DEFAULTS[name]] as const);
    }),
  );
  return mapAnswer(allAnswered(answers), (pairs) => ({ ...DEFAULTS, ...Object.fromEntries(pairs) }));
}
