/** Reads from Cost Explorer what AWS charged an account in a region for what the estimate counts, in the last whole month. */
import type { Group } from '@aws-sdk/client-cost-explorer';
import { type CostPart, cents } from '@vpc-postgres/backend/cost/costed.js';
import { type Answer, describeRefusal, mapAnswer, type Refusal } from '../aws/answer.js';
import { policyFor } from '../aws/policy.js';
import { openReader } from '../aws/reader.js';

/** Of everything in the account and region, whichever environment or team it belongs to. */
export type ActualCost = ActualMonth | { readonly month: string; readonly problem: string };

export interface ActualMonth {
  /** `2026-10` */
  readonly month: string;
  readonly account: string;
  readonly region: string;
  readonly parts: Readonly<Partial<Record<CostPart, number>>>;
  /** What the estimate does not count, in USD. */
  readonly restUsd: number;
}

/** Cost Explorer has one endpoint for all regions. */
const COST_EXPLORER_REGION = 'us-east-1';

/** Usage types are those that prices.ts names, behind a prefix of the region: `EUW2-NatGateway-Bytes`. */
const PARTS: readonly (readonly [CostPart, service: RegExp, usageType: RegExp])[] = [
  ['RDS Proxy', /Relational Database/, /RDS:Proxy/],
  ['database', /Relational Database/, /./],
  ['egress', /./, /NatGateway-|VpcEndpoint-|PublicIPv4:/],
  ['secrets', /Secrets Manager/, /./],
  ['functions and logs', /Lambda/, /./],
  ['functions and logs', /CloudWatch/, /DataProcessing-Bytes|TimedStorage-ByteHrs/],
];

/** The month before this one: `{ start: '2026-10-01', end: '2026-11-01' }`. */
export function lastMonth(now: Date): { readonly start: string; readonly end: string } {
  const first = (months: number) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months, 1)).toISOString().slice(0, 10);
  return { start: first(-1), end: first(0) };
}

/** @returns the reason, where AWS does not answer: the rest of the report needs no AWS */
export async function readActualCost(
  account: string,
  region: string,
  { start, end }: { readonly start: string; readonly end: string },
): Promise<ActualCost> {
  const month = start.slice(0, 7);
  const groups = await readGroups(account, region, start, end);
  if (!groups.ok) return { month, problem: explain(groups.refusal) };
  return { month, account, region, ...sumUp(groups.value) };
}

async function readGroups(account: string, region: string, Start: string, End: string): Promise<Answer<Group[]>> {
  const reader = openReader(['ce:GetCostAndUsage'], { region: COST_EXPLORER_REGION });
  const months = await reader.read('ce:GetCostAndUsage', {
    TimePeriod: { Start, End },
    Granularity: 'MONTHLY',
    Metrics: ['UnblendedCost'],
    GroupBy: [
      { Type: 'DIMENSION', Key: 'SERVICE' },
      { Type: 'DIMENSION', Key: 'USAGE_TYPE' },
    ],
    Filter: {
      And: [
        { Dimensions: { Key: 'LINKED_ACCOUNT', Values: [account] } },
        { Dimensions: { Key: 'REGION', Values: [region] } },
        { Not: { Dimensions: { Key: 'RECORD_TYPE', Values: ['Credit', 'Refund', 'Tax'] } } },
      ],
    },
  });
  reader.close();
  return mapAnswer(months, (all) => all.flatMap(({ Groups = [] }) => Groups));
}

function sumUp(groups: readonly Group[]): Pick<ActualMonth, 'parts' | 'restUsd'> {
  const sums = new Map<CostPart | 'rest', number>();
  for (const { Keys: [service = '', usageType = ''] = [], Metrics } of groups) {
    const part =
      PARTS.find(([, ofService, ofType]) => ofService.test(service) && ofType.test(usageType))?.[0] ?? 'rest';
    sums.set(part, (sums.get(part) ?? 0) + Number(Metrics?.UnblendedCost?.Amount ?? 0));
  }
  const restUsd = cents(sums.get('rest') ?? 0);
  sums.delete('rest');
  return { parts: Object.fromEntries([...sums].map(([part, usd]) => [part, cents(usd)])), restUsd };
}

function explain(refusal: Refusal): string {
  const { reason, message } = refusal;
  if (reason === 'not permitted') {
    const [statement] = policyFor([refusal.read]).Statement;
    return `your credentials do not allow it. A statement that does: ${JSON.stringify(statement)}. In an organization its management account can forbid it too`;
  }
  if (reason === 'not signed in') return 'there are no valid AWS credentials. Sign in, for example: aws sso login';
  if (/DataUnavailable|not enabled/.test(message)) {
    return `${message}. It takes a day after Cost Explorer is opened in the console for the first time`;
  }
  return describeRefusal(refusal);
}
