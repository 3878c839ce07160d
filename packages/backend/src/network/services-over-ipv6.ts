/**
 * The AWS services that have a public endpoint with IPv6 addresses. This is the only file that lists them; a service that is
 * not here may have one by now. How to add one: docs/environments.md#egress.
 */

/** AWS's own table of endpoints, which its SDKs carry: the entries with the tag `dualstack`, in us-east-1 and eu-west-1. */
const SDK = 'endpoints.json of botocore 1.44.8';
const DOCS = 'https://docs.aws.amazon.com';

/** When the sources were read. */
export const IPV6_SERVICES_DATE = '2026-11-27';

/** The source by the service, as IAM actions name it: `sqs` of `sqs:SendMessage`. */
export const IPV6_SERVICES: Readonly<Record<string, string>> = {
  appconfig: `${DOCS}/appconfig/latest/userguide/setting-up-IPv6.html`,
  appsync: SDK,
  aps: SDK,
  athena: SDK,
  cassandra: `${DOCS}/keyspaces/latest/devguide/dualstack_endpoints.html`,
  'cognito-identity': SDK,
  'cognito-idp': SDK,
  comprehend: SDK,
  datasync: SDK,
  ec2: SDK,
  ecr: SDK,
  es: SDK,
  events: SDK,
  firehose: SDK,
  glue: SDK,
  iam: `${DOCS}/IAM/latest/UserGuide/reference_dual-stack_endpoint_support.html`,
  kms: `${DOCS}/kms/latest/developerguide/ipv6-kms.html`,
  lambda: SDK,
  logs: SDK,
  mediaconvert: SDK,
  polly: SDK,
  'rds-data': `${DOCS}/AmazonRDS/latest/AuroraUserGuide/data-api.ipv6.html`,
  rekognition: SDK,
  s3: SDK,
  secretsmanager: SDK,
  servicediscovery: SDK,
  sns: SDK,
  sqs: SDK,
  sts: `${DOCS}/IAM/latest/UserGuide/reference_dual-stack_endpoint_support.html`,
  textract: SDK,
  transcribe: SDK,
  translate: SDK,
};
