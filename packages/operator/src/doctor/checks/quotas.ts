/** Checks the limits of the account. */
import { type Check, type CheckGroup, findingsOr } from '../check.js';
import { databaseGroupIds, databaseOf, functionGroupIds, groupsById, proxyOf } from '../resolve.js';

/** Lambda keeps so many executions for functions without a reservation. */
const UNRESERVED = 100;
/** From which share on it is time to ask for more. */
const NEARLY = 0.8;

const concurrency: Check = {
  id: 'concurrency-quota',
  title: 'Concurrent executions',
  breaks: 'Requests are throttled by the account, or a deployment with a reservation fails.',
  page: 'runbook.md#lambda-throttles',
  run({ lambda: { limit }, environment }) {
    const { ConcurrentExecutions: all, UnreservedConcurrentExecutions: free } = limit ?? {};
    if (all === undefined) return undefined;
    const wanted = environment.limits?.reservedConcurrency;
    const fix =
      'aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000';
    const tooFew = wanted !== undefined &&
      all < wanted + UNRESERVED && {
        problem: `The account has ${all} concurrent executions: too few to reserve ${wanted} and leave ${UNRESERVED}.`,
        fix,
      };
    const small = tooFew === false &&
      all < UNRESERVED && {
        problem: `The account has ${all} concurrent executions for all functions, as some new accounts do.`,
        fix,
        severity: 'warning' as const,
      };
    return findingsOr([tooFew, small], `${all}, ${free ?? all} not reserved`);
  },
};

const interfaces: Check = {
  id: 'interface-quota',
  title: 'Network interfaces',
  breaks: 'Lambda cannot place a new function in the VPC.',
  page: 'runbook.md#lambda-errors',
  run({ networkInterfaces, quotas, vpcs }) {
    if (vpcs.length !== 1) return undefined;
    const used = networkInterfaces.filter(({ InterfaceType }) => InterfaceType === 'lambda').length;
    const nearly = used > quotas.interfacesPerVpc * NEARLY && {
      problem: `Lambda has ${used} network interfaces in the VPC, of ${quotas.interfacesPerVpc} at most.`,
      fix: 'Share security groups between functions, or: aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-9FEE3D26 --desired-value 1000',
    };
    return findingsOr([nearly], `${used} of ${quotas.interfacesPerVpc}`);
  },
};

const proxies: Check = {
  id: 'proxy-quota',
  title: 'Proxies',
  breaks: 'RDS refuses to create the proxy, and the deployment fails.',
  page: 'environments.md#database',
  run(facts) {
    if (facts.environment.database.proxy.kind !== 'new') return undefined;
    const used = facts.proxies.length;
    const full = used >= facts.quotas.proxies &&
      proxyOf(facts) === undefined && {
        problem: `The account has ${used} proxies in the region, of ${facts.quotas.proxies} at most.`,
        fix: "Share one between sandboxes (proxy: { kind: 'existing' }), or: aws service-quotas request-service-quota-increase --service-code rds --quota-code L-D94C7EA3 --desired-value 40",
      };
    return findingsOr([full], `${used} of ${facts.quotas.proxies}`);
  },
};

const rules: Check = {
  id: 'rule-quota',
  title: 'Rules in a group',
  breaks: 'EC2 refuses the rule that a deployment adds, and the deployment fails.',
  page: 'environments.md#network',
  run(facts) {
    const database = databaseOf(facts);
    const ids = [
      ...functionGroupIds(facts),
      ...(proxyOf(facts)?.VpcSecurityGroupIds ?? []),
      ...(database === undefined ? [] : databaseGroupIds(database)),
    ];
    const groups = groupsById(ids, facts);
    if (groups.length === 0) return undefined;
    const counted = groups.map(({ GroupId, IpPermissions = [] }) => ({
      id: GroupId,
      used: IpPermissions.reduce(
        (sum, { IpRanges = [], Ipv6Ranges = [], UserIdGroupPairs = [], PrefixListIds = [] }) =>
          sum + IpRanges.length + Ipv6Ranges.length + UserIdGroupPairs.length + PrefixListIds.length,
        0,
      ),
    }));
    const findings = counted
      .filter(({ used }) => used >= facts.quotas.rulesPerGroup)
      .map(({ id, used }) => ({
        problem: `${id} has ${used} ingress rules, of ${facts.quotas.rulesPerGroup} at most.`,
        fix: `Remove rules that nobody needs: aws ec2 describe-security-group-rules --filters Name=group-id,Values=${id}`,
      }));
    return findingsOr(
      findings,
      `${Math.max(...counted.map(({ used }) => used))} of ${facts.quotas.rulesPerGroup} at most`,
    );
  },
};

export const quotaChecks: CheckGroup = {
  title: 'Limits of the account',
  checks: [concurrency, interfaces, proxies, rules],
};
