/**
 * Answers for moto where it has none: a deployment's stack, IAM's simulator, certificate authorities, the limits of Lambda, and
 * the scheme by which a proxy uses tokens. Each has the form of the service's protocol, and is read by the SDK's own parser.
 */
import { createHash } from 'node:crypto';
import type { RecordedRequest, RecordingEndpoint, StandInAnswer } from '../recording-endpoint.js';
import type { BuiltAccount } from './build-account.js';
import type { Recipe } from './recipe.js';

export interface StandIns {
  readonly stackStatus?: string;
  readonly drifted?: string;
  /** What IAM's simulator says of a login, by the ARN. @default - allowed */
  readonly decide?: (resource: string) => string;
  readonly certificateValidTill?: string;
  readonly concurrentExecutions?: number;
  readonly stackCount?: number;
}

const hash = (namespace: string) => createHash('sha512').update(namespace).update('main').digest('hex').slice(0, 10);
const stackName = (app: string) => `amplify-${app}-main-branch-${hash(app)}`;

export const APP = 'd1example';
/** Where Amplify keeps the secrets of the branch. */
export const FOLDER = `/amplify/${APP}/main-branch-${hash(APP)}`;

export function standIn(
  endpoint: RecordingEndpoint,
  { resources }: BuiltAccount,
  { auth }: Recipe,
  standIns: StandIns,
): void {
  const answers: Readonly<Record<string, (request: RecordedRequest) => string>> = {
    DescribeStacks: () =>
      result(
        'DescribeStacks',
        'cloudformation/2010-05-15',
        `<Stacks>${resources.length === 0 ? '' : stacksOf(standIns)}</Stacks>`,
      ),
    ListStackResources: () =>
      result(
        'ListStackResources',
        'cloudformation/2010-05-15',
        `<StackResourceSummaries>${resources.map((one) => summaryOf(one.type, one.id, standIns)).join('')}</StackResourceSummaries>`,
      ),
    SimulatePrincipalPolicy: ({ parameters }) => {
      const resource = parameters.get('ResourceArns.member.1') ?? '';
      const decision = standIns.decide?.(resource) ?? 'allowed';
      return result(
        'SimulatePrincipalPolicy',
        'iam/2010-05-08',
        `<IsTruncated>false</IsTruncated><EvaluationResults><member><EvalActionName>rds-db:connect</EvalActionName><EvalResourceName>${resource}</EvalResourceName><EvalDecision>${decision}</EvalDecision></member></EvaluationResults>`,
      );
    },
    DescribeCertificates: () =>
      result(
        'DescribeCertificates',
        'rds/2014-10-31',
        `<Certificates><Certificate><CertificateIdentifier>rds-ca-rsa2048-g1</CertificateIdentifier><CertificateType>CA</CertificateType><ValidTill>${standIns.certificateValidTill ?? '2061-05-25T22:34:57Z'}</ValidTill></Certificate></Certificates>`,
      ),
  };
  endpoint.answer((request): StandInAnswer | undefined => {
    const body = answers[request.action]?.(request);
    if (body !== undefined) return { contentType: 'text/xml', body };
    if (!request.path.endsWith('/account-settings')) return undefined;
    const all = standIns.concurrentExecutions ?? 1000;
    const limit = {
      AccountLimit: { ConcurrentExecutions: all, UnreservedConcurrentExecutions: all },
      AccountUsage: {},
    };
    return { contentType: 'application/json', body: JSON.stringify(limit) };
  });
  if (auth !== 'iam') return;
  endpoint.rewrite(({ action }, body) =>
    action === 'DescribeDBProxies'
      ? body.replaceAll('<DBProxyName>', '<DefaultAuthScheme>IAM_AUTH</DefaultAuthScheme><DBProxyName>')
      : body,
  );
}

function result(action: string, namespace: string, content: string): string {
  const version = `http://${namespace.split('/')[0]}.amazonaws.com/doc/${namespace.split('/')[1]}/`;
  return `<${action}Response xmlns="${version}"><${action}Result>${content}</${action}Result></${action}Response>`;
}

function stacksOf({ stackStatus = 'UPDATE_COMPLETE', stackCount = 1 }: StandIns): string {
  const apps = [APP, 'd2other'].slice(0, stackCount);
  return apps
    .map(
      (app) =>
        `<member><StackName>${stackName(app)}</StackName><StackStatus>${stackStatus}</StackStatus><CreationTime>2026-11-01T00:00:00Z</CreationTime></member>`,
    )
    .join('');
}

function summaryOf(type: string, id: string, { drifted }: StandIns): string {
  const status = drifted === undefined ? 'NOT_CHECKED' : drifted === id ? 'MODIFIED' : 'IN_SYNC';
  return `<member><LogicalResourceId>${id}</LogicalResourceId><PhysicalResourceId>${id}</PhysicalResourceId><ResourceType>${type}</ResourceType><ResourceStatus>CREATE_COMPLETE</ResourceStatus><LastUpdatedTimestamp>2026-11-01T00:00:00Z</LastUpdatedTimestamp><DriftInformation><StackResourceDriftStatus>${status}</StackResourceDriftStatus></DriftInformation></member>`;
}
