/** Checks what CloudFormation says of the deployment. */
import { type Check, type CheckGroup, findingsOr } from '../check.js';

const STATUS_PAGE = 'troubleshooting.md#rollback_failed-delete_failed-or-update_failed-as-the-status-of-a-stack';

const stack: Check = {
  id: 'stack',
  title: 'Stack',
  breaks: 'CloudFormation rejects each further deployment until the stack is repaired or deleted.',
  page: STATUS_PAGE,
  run({ stacks, name }) {
    if (stacks.length > 1) {
      return [
        {
          problem: `More than one deployment is of ${name}: ${stacks.map(({ StackName }) => StackName).join(', ')}.`,
          fix: 'Say of which app: --app-id ID (aws amplify list-apps --query "apps[].[name,appId]")',
        },
      ];
    }
    const [found] = stacks;
    if (found === undefined) return 'not deployed yet: functions and alarms are left out';
    const { StackName = '', StackStatus = '', StackStatusReason } = found;
    const reason = StackStatusReason === undefined ? '' : ` ${StackStatusReason}`;
    const broken = /FAILED$|^ROLLBACK_COMPLETE$/.test(StackStatus) && {
      problem: `${StackName} is ${StackStatus}.${reason}`,
      fix: `aws cloudformation describe-stack-events --stack-name ${StackName}`,
    };
    const busy = StackStatus.endsWith('_IN_PROGRESS') && {
      problem: `${StackName} is ${StackStatus}: what is read now may change in a minute.`,
      fix: `aws cloudformation describe-stacks --stack-name ${StackName} --query "Stacks[].StackStatus"`,
      severity: 'warning' as const,
    };
    return findingsOr([broken, busy], `${StackName}, ${StackStatus}`);
  },
};

const drift: Check = {
  id: 'drift',
  title: 'Drift',
  breaks: 'A change by hand is undone by the next deployment, or makes it fail.',
  page: 'change.md',
  run({ stacks, resources }) {
    if (stacks.length !== 1) return undefined;
    const drifted = resources.filter(({ DriftInformation }) =>
      ['MODIFIED', 'DELETED'].includes(DriftInformation?.StackResourceDriftStatus ?? ''),
    );
    const findings = drifted.map(({ LogicalResourceId, ResourceType, DriftInformation }) => ({
      problem: `${LogicalResourceId} (${ResourceType}) is ${DriftInformation?.StackResourceDriftStatus} by hand.`,
      fix: 'Put it back, or write the change into amplify/ and deploy',
    }));
    const isKnown = resources.some(({ DriftInformation }) =>
      ['IN_SYNC', 'MODIFIED', 'DELETED'].includes(DriftInformation?.StackResourceDriftStatus ?? ''),
    );
    // Detection is for the operator to start: it is a write.
    if (!isKnown) return 'not looked for yet';
    return findingsOr(findings, 'none when it was last detected');
  },
};

export const deploymentChecks: CheckGroup = { title: 'Deployment', checks: [stack, drift] };
