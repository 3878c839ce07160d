/** What CloudFormation did, by its own events: rollbacks of a migration, and how long resources take to be deleted. */
import { type Experiment, NOTHING_SEEN, type StackEvent } from '../experiment.js';

const MIGRATIONS = /MigratedDatabase/;
/** What takes long, and what waits for it. */
const SLOW_TYPES =
  /^AWS::(RDS::(DBProxy|DBInstance|DBCluster)|Lambda::Function|EC2::(SecurityGroup|Subnet|VPCEndpoint|NatGateway))$/;

export const stackExperiments: readonly Experiment[] = [
  {
    id: 'migration-rollback',
    question: 'When a migration fails, does CloudFormation show its reason and roll back?',
    method:
      'The events of the environment’s stacks, of 90 days: a failed MigratedDatabase, its reason, and what followed.',
    needs: ['stacks'],
    minutes: () => 1,
    async run(site) {
      const events = await site.stackEvents();
      const failures = events.filter(({ resource, status }) => MIGRATIONS.test(resource) && status.endsWith('_FAILED'));
      if (failures.length === 0) {
        return {
          answer: NOTHING_SEEN,
          details: ['No migration has failed. Deploy one that fails to a sandbox, and run this again.'],
        };
      }
      const rolledBack = failures.filter((failure) => followedByRollback(failure, events));
      const shown = failures.filter(({ reason = '' }) => /migration/i.test(reason));
      return {
        answer:
          rolledBack.length === failures.length && shown.length === failures.length
            ? 'shown, and rolled back'
            : 'not each is',
        details: failures.map(({ at, reason = 'no reason' }) => `${at.toISOString()}: ${reason.split('\n', 1)[0]}`),
      };
    },
  },
  {
    id: 'tear-down',
    question: 'How long does the deletion of an environment’s resources take?',
    method: 'The events of the environment’s stacks, of 90 days: from DELETE_IN_PROGRESS to DELETE_COMPLETE, by type.',
    needs: ['stacks'],
    minutes: () => 1,
    async run(site) {
      const durations = deletionsOf(await site.stackEvents());
      if (durations.size === 0) {
        return { answer: NOTHING_SEEN, details: ['Nothing was deleted. Delete a sandbox, and run this again.'] };
      }
      const rows = [...durations].map(([type, seconds]) => ({
        type,
        longest: Math.max(...seconds),
        count: seconds.length,
      }));
      const longest = rows.toSorted((left, right) => right.longest - left.longest);
      return {
        answer: `${Math.ceil((longest[0]?.longest ?? 0) / 60)} min at most, for ${longest[0]?.type}`,
        details: longest.map(({ type, longest: seconds, count }) => `${type}: ${seconds} s at most, of ${count}.`),
      };
    },
  },
];

function followedByRollback({ stackId, at }: StackEvent, events: readonly StackEvent[]): boolean {
  return events.some((event) => event.stackId === stackId && event.at >= at && /ROLLBACK_COMPLETE$/.test(event.status));
}

/** In seconds, by type. */
function deletionsOf(events: readonly StackEvent[]): Map<string, number[]> {
  const begun = new Map<string, Date>();
  const durations = new Map<string, number[]>();
  for (const { stackId, resource, type, status, at } of events) {
    if (!SLOW_TYPES.test(type)) continue;
    const key = `${stackId} ${resource}`;
    const from = begun.get(key);
    if (status === 'DELETE_IN_PROGRESS') begun.set(key, from ?? at);
    if (status !== 'DELETE_COMPLETE' || from === undefined) continue;
    durations.set(type, [...(durations.get(type) ?? []), Math.round((at.getTime() - from.getTime()) / 1_000)]);
    begun.delete(key);
  }
  return durations;
}
