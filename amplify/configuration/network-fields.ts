/** Each field of a network in words, for messages. */
import type { FieldGuides } from './field-guide.js';

const SECURITY_GROUP = "{ id: 'sg-…', rules: 'add' } or { id: 'sg-…', rules: 'print' }";
const FIND_SECURITY_GROUPS = 'run aws ec2 describe-security-groups --query "SecurityGroups[].[GroupId,GroupName]"';
const FIND_SUBNETS = 'run aws ec2 describe-subnets --query "Subnets[].[VpcId,SubnetId,AvailabilityZone]"';
const FIND_VPCS = 'run aws ec2 describe-vpcs --query "Vpcs[].[VpcId,Tags]"';

/** A security group that exists, wherever it stands. */
export const securityGroupFields = (path: string): FieldGuides => ({
  [path]: { expected: SECURITY_GROUP, fix: 'compare with the environment `example`' },
  [`${path}.id`]: { expected: 'sg- and 8 or 17 hexadecimal digits', fix: FIND_SECURITY_GROUPS },
  [`${path}.rules`]: { expected: "'add' or 'print'", fix: 'choose `print` where the group is not yours to change' },
});

export const NETWORK_FIELDS: FieldGuides = {
  network: {
    expected: "an object with kind: 'existing' or kind: 'created'",
    fix: 'compare with the environment `example`',
  },
  'network.kind': { expected: "'existing' or 'created'", fix: 'choose one of the two' },
  'network.vpc': { expected: "{ id: 'vpc-…' }, { name: '…' } or { tags: { … } }", fix: 'choose one of the three' },
  'network.vpc.id': { expected: 'vpc- and 8 or 17 hexadecimal digits', fix: FIND_VPCS },
  'network.vpc.name': { expected: 'the value of the VPC’s tag Name, 1 to 256 characters', fix: FIND_VPCS },
  'network.vpc.tags': { expected: 'one or more tags of the VPC with their values', fix: FIND_VPCS },
  'network.vpc.tags.*': { expected: 'the value of the tag, 1 to 256 characters', fix: FIND_VPCS },
  'network.subnets': {
    expected: "{ type: 'isolated' }, { type: 'withEgress' }, { group: '…' } or { ids: ['subnet-…', 'subnet-…'] }",
    fix: 'choose one of the four',
  },
  'network.subnets.type': { expected: "'isolated' or 'withEgress'", fix: 'choose one of the two' },
  'network.subnets.group': {
    expected: 'the value of the subnets’ tag aws-cdk:subnet-name, 1 to 256 characters',
    fix: 'run aws ec2 describe-subnets --query "Subnets[].[SubnetId,Tags]"',
  },
  'network.subnets.ids': { expected: 'a list of two or more different subnet ids', fix: FIND_SUBNETS },
  'network.subnets.ids.*': { expected: 'subnet- and 8 or 17 hexadecimal digits', fix: FIND_SUBNETS },
  'network.cidr': {
    expected: 'an IPv4 range from /16 to /24, for example 10.0.0.0/16',
    fix: 'choose one that is free',
  },
  'network.availabilityZones': {
    expected: 'two different availability zones',
    fix: 'run aws ec2 describe-availability-zones --query "AvailabilityZones[].[ZoneName,ZoneId]"',
  },
  'network.availabilityZones.*': {
    expected: 'an availability zone, for example eu-west-1a',
    fix: 'run aws ec2 describe-availability-zones --query "AvailabilityZones[].[ZoneName,ZoneId]"',
  },
  'network.egress': { expected: "an object with kind: 'none', 'endpoints' or 'nat'", fix: 'leave it out for none' },
  'network.egress.kind': { expected: "'none', 'endpoints' or 'nat'", fix: 'choose one of the three' },
  'network.egress.gateways': {
    expected: "for endpoints a list of { service: 's3' } and { service: 'dynamodb' }, for nat 1 or 2",
    fix: 'correct it, or leave it out',
  },
  'network.egress.gateways.*': {
    expected: "{ service: 's3' } or { service: 'dynamodb' }",
    fix: 'choose one of the two',
  },
  'network.egress.gateways.*.service': { expected: "'s3' or 'dynamodb'", fix: 'reach other services by `interfaces`' },
  'network.egress.gateways.*.existing': { expected: 'true or false', fix: 'correct it, or leave it out' },
  'network.egress.interfaces': { expected: "a list of { service: '…' }", fix: 'correct it, or leave it out' },
  'network.egress.interfaces.*': { expected: "{ service: '…' }", fix: 'correct it' },
  'network.egress.interfaces.*.service': {
    expected: 'the name of an AWS service without com.amazonaws and region, for example ssm',
    fix: 'run aws ec2 describe-vpc-endpoint-services --query "ServiceNames"',
  },
  'network.egress.zones': { expected: "'each' or 'one'", fix: 'correct it, or leave it out' },
  ...securityGroupFields('network.egress.interfaces.*.existing'),
  ...securityGroupFields('network.functionSecurityGroup'),
};
