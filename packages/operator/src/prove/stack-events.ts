/** Reads the events of an environment's stacks: CloudFormation keeps those of deleted stacks for 90 days. */
import { CloudFormationClient, paginateDescribeStackEvents, paginateListStacks } from '@aws-sdk/client-cloudformation';
import type { StackEvent } from './experiment.js';

export interface StackEventsOptions {
  /** For tests. @default - AWS_ENDPOINT_URL, or AWS itself */
  readonly endpoint?: string;
  /** For tests. @default - those that the AWS SDK finds */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** @returns the oldest first */
export async function readStackEvents(
  region: string,
  environment: string,
  options: StackEventsOptions = {},
): Promise<StackEvent[]> {
  const client = new CloudFormationClient({ region, ...options });
  const pattern = stackNamePattern(environment);
  const events: StackEvent[] = [];
  try {
    for await (const { StackSummaries = [] } of paginateListStacks({ client }, {})) {
      for (const { StackId = '', StackName = '' } of StackSummaries) {
        if (pattern.test(StackName)) events.push(...(await eventsOf(client, StackId)));
      }
    }
  } finally {
    client.destroy();
  }
  return events.toSorted((left, right) => left.at.getTime() - right.at.getTime());
}

async function eventsOf(client: CloudFormationClient, stackId: string): Promise<StackEvent[]> {
  const events: StackEvent[] = [];
  for await (const { StackEvents = [] } of paginateDescribeStackEvents({ client }, { StackName: stackId })) {
    for (const {
      LogicalResourceId = '',
      ResourceType = '',
      ResourceStatus = '',
      ResourceStatusReason,
      Timestamp,
    } of StackEvents) {
      events.push({
        stackId,
        resource: LogicalResourceId,
        type: ResourceType,
        status: ResourceStatus,
        reason: ResourceStatusReason,
        at: Timestamp ?? new Date(0),
      });
    }
  }
  return events;
}

/** The root stack `amplify-NAMESPACE-NAME-TYPE-HASH`, and the nested ones, whose names begin with it. */
function stackNamePattern(environment: string): RegExp {
  const isSandbox = environment === 'sandbox';
  const name = isSandbox ? '[A-Za-z0-9]+' : environment.replace(/[^A-Za-z0-9]/g, '').slice(0, 50);
  return new RegExp(`^amplify-[A-Za-z0-9]+-${name}-${isSandbox ? 'sandbox' : 'branch'}-[0-9a-f]{10}(-|$)`);
}
