/** Finds the instance to go through: one that exists, runs, and that Session Manager reaches. It starts and creates none. */
import { DescribeInstancesCommand, type EC2Client, type Instance } from '@aws-sdk/client-ec2';
import { DescribeInstanceInformationCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { CommandError } from '../command-error.js';
import { BASTION_TAG, STOPPED_BASTION_COST } from './bastion-template.js';

export interface BastionOptions {
  readonly environment: string;
  /** Of the environment, where it is known before a deployment. @default - every VPC: only tagged instances are taken */
  readonly vpcId?: string | undefined;
}

/** @throws CommandError with the instances that there are, and what to do. */
export async function findBastion(
  clients: { readonly ec2: EC2Client; readonly ssm: SSMClient },
  options: BastionOptions,
): Promise<string> {
  const instances = await listInstances(clients.ec2, options);
  const online = await listOnline(clients.ssm);
  const usable = instances.filter(({ InstanceId = '' }) => online.has(InstanceId));
  const tagged = usable.filter(isTagged);
  const [chosen, second] = tagged.length > 0 ? tagged : usable;
  if (chosen?.InstanceId !== undefined && second === undefined) return chosen.InstanceId;
  if (chosen !== undefined) {
    throw new CommandError(
      `${tagged.length > 0 ? tagged.length : usable.length} instances can be gone through. Choose one with --instance:\n` +
        (tagged.length > 0 ? tagged : usable).map(describe).join('\n'),
    );
  }
  throw new CommandError(whyNone(instances, options));
}

async function listInstances(ec2: EC2Client, { vpcId }: BastionOptions): Promise<Instance[]> {
  const place =
    vpcId === undefined
      ? { Name: `tag:${BASTION_TAG.key}`, Values: [BASTION_TAG.value] }
      : { Name: 'vpc-id', Values: [vpcId] };
  const found: Instance[] = [];
  let NextToken: string | undefined;
  do {
    const Filters = [place, { Name: 'instance-state-name', Values: ['pending', 'running', 'stopping', 'stopped'] }];
    const page = await ec2.send(new DescribeInstancesCommand({ Filters, ...(NextToken && { NextToken }) }));
    found.push(...(page.Reservations ?? []).flatMap(({ Instances = [] }) => Instances));
    NextToken = page.NextToken;
  } while (NextToken);
  return found;
}

async function listOnline(ssm: SSMClient): Promise<Set<string>> {
  const online = new Set<string>();
  let NextToken: string | undefined;
  do {
    const Filters = [{ Key: 'PingStatus', Values: ['Online'] }];
    const page = await ssm.send(new DescribeInstanceInformationCommand({ Filters, ...(NextToken && { NextToken }) }));
    for (const { InstanceId } of page.InstanceInformationList ?? []) if (InstanceId) online.add(InstanceId);
    NextToken = page.NextToken;
  } while (NextToken);
  return online;
}

function whyNone(instances: readonly Instance[], { environment, vpcId }: BastionOptions): string {
  const place = vpcId === undefined ? `with the tag ${BASTION_TAG.key}=${BASTION_TAG.value}` : `in ${vpcId}`;
  const stopped = instances.filter(({ State }) => State?.Name === 'stopped');
  const [first] = stopped.filter(isTagged).concat(stopped);
  if (first !== undefined) {
    return [
      `No instance ${place} runs that Session Manager reaches. Stopped:`,
      ...stopped.map(describe),
      'Start one, and wait a minute for its agent. Stopped again, it costs its disk alone, about ' +
        `${STOPPED_BASTION_COST}:`,
      `  aws ec2 start-instances --instance-ids ${first.InstanceId}`,
    ].join('\n');
  }
  if (instances.length > 0) {
    return [
      `Session Manager reaches no instance ${place}:`,
      ...instances.map(describe),
      'An instance needs the agent, a role with AmazonSSMManagedInstanceCore, and a way to Systems Manager; one that has just been',
      'started needs a minute.',
    ].join('\n');
  }
  return [
    `There is no instance ${place} to go through. One that is stopped when nobody needs it costs its disk alone, about`,
    `${STOPPED_BASTION_COST}; no port is open to it. Its template, and how to deploy it:`,
    `  npx vpc-postgres shell --environment ${environment} --print-bastion > bastion.yaml`,
    '  aws cloudformation deploy --template-file bastion.yaml --stack-name vpc-postgres-bastion --capabilities CAPABILITY_IAM \\',
    `    --parameter-overrides VpcId=${vpcId ?? 'VPC'} SubnetId=SUBNET DatabaseSecurityGroupId=GROUP`,
  ].join('\n');
}

const isTagged = ({ Tags = [] }: Instance) =>
  Tags.some(({ Key, Value }) => Key === BASTION_TAG.key && Value === BASTION_TAG.value);

function describe({ InstanceId, State, Tags = [] }: Instance): string {
  const name = Tags.find(({ Key }) => Key === 'Name')?.Value;
  return `  ${InstanceId}  ${State?.Name}${name === undefined ? '' : `  ${name}`}`;
}
