import { pinnedVpc } from '@vpc-postgres/testing/support/pinned-vpc.js';
import { beforeEach, expect, test } from 'vitest';
import { type Access, bootstrap, createVpc, signIn, uploadedTemplates } from './accounts.js';
import { account, environmentIn, environmentWithSql, region } from './environments.js';
import { REFUSAL } from './recording-endpoint.js';
import { describeWithMoto } from './with-moto.js';

/** The real ampx deploys the real amplify/backend.ts, to an imitation of AWS that ends when a stack would be created. */
const SANDBOX = ['sandbox', '--once', '--identifier', 'test'];
const OTHER_ACCOUNT = '444455556666';
const OTHER_REGION = 'us-east-1';

describeWithMoto('ampx', (aws) => {
  beforeEach(() => bootstrap(account, aws.direct));

  const ampx = (args: readonly string[], access: Access, variables?: NodeJS.ProcessEnv) =>
    aws.project.ampx(args, { ...access, endpoint: aws.endpoint.url }, variables);

  const actions = (service: string) =>
    aws.endpoint.requests.filter((request) => request.service === service).map(({ action }) => action);

  const uploads = () => actions('s3').filter((action) => action === 'PUT');

  /** The names of the roles that were assumed, without account and region. */
  const assumedRoles = () =>
    aws.endpoint.requests
      .filter(({ action }) => action === 'AssumeRole')
      .map(({ parameters }) => /cdk-hnb659fds-([a-z-]+)-role/.exec(parameters.get('RoleArn') ?? '')?.[1]);

  /** In STANDARD mode CloudFormation rolls a failed deployment back, unless the request says otherwise. */
  const standard = { mode: 'STANDARD', rollbackDisabled: null };

  const createdStacks = () =>
    aws.endpoint.requests
      .filter(({ service, action }) => service === 'cloudformation' && /^(Create|Update)/.test(action))
      .map(({ parameters }) => ({
        name: parameters.get('StackName'),
        template: parameters.get('TemplateURL')?.split('/').at(-1),
        mode: parameters.get('DeploymentConfig.Mode'),
        rollbackDisabled: parameters.get('DisableRollback') ?? parameters.get('DeploymentConfig.DisableRollback'),
      }));

  test('sandbox looks an unpinned VPC up, and uploads what its second pass makes of it', async () => {
    const vpc = await createVpc(['a', 'b'], aws.direct);
    aws.project.configure({ environments: { sandbox: environmentIn(vpc.id) } });

    const { output } = await ampx(SANDBOX, aws.direct);

    expect(actions('ec2'), output).toContain('DescribeVpcs');
    expect(assumedRoles()[0]).toBe('lookup');
    const templates = await uploadedTemplates(account, aws.direct);
    // Of the one that serves and the one that migrates.
    expect(functionSubnets(templates)).toEqual([vpc.isolatedSubnets, vpc.isolatedSubnets]);
    expect([...templates.values()].filter(namesDummyVpc)).toEqual([]);
    // The lookup's own stack is not among them.
    expect(createdStacks()).toEqual([
      {
        name: expect.stringMatching(/^amplify-.*-test-sandbox-[0-9a-f]{10}$/),
        template: expect.any(String),
        ...standard,
      },
    ]);
    expect([...templates.keys()]).toContain(createdStacks()[0]?.template);
    expect(output).toContain(REFUSAL);
  });

  test('sandbox with the SQL data source places it in the subnets that its second pass knows', async () => {
    const vpc = await createVpc(['a', 'b'], aws.direct);
    aws.project.configure({ environments: { sandbox: environmentWithSql(vpc.id) } });

    const { output } = await ampx(SANDBOX, aws.direct);

    expect(output).toContain(REFUSAL);
    const templates = await uploadedTemplates(account, aws.direct);
    // And of the data source.
    expect(functionSubnets(templates)).toEqual([vpc.isolatedSubnets, vpc.isolatedSubnets, vpc.isolatedSubnets]);
    expect(endpointsIn(templates)).toEqual([
      expect.objectContaining({ VpcId: vpc.id, SubnetIds: vpc.isolatedSubnets, PrivateDnsEnabled: false }),
    ]);
    expect([...templates.values()].filter(namesDummyVpc)).toEqual([]);
  });

  test('sandbox checks the VPC that it found: in one availability zone, nothing is uploaded', async () => {
    const vpc = await createVpc(['a'], aws.direct);
    aws.project.configure({ environments: { sandbox: environmentIn(vpc.id) } });

    const { output } = await ampx(SANDBOX, aws.direct);

    expect(output).toContain(
      `is in ${vpc.isolatedSubnets[0]} in ${region}a, and must be in 2 availability zones or more`,
    );
    expect(output).toContain("add { guardrail: 'one-zone', reason: '…' }");
    expect(actions('ec2')).toContain('DescribeVpcs');
    expect(uploads()).toEqual([]);
    expect(createdStacks()).toEqual([]);
  });

  test('sandbox stops at a VPC that the account does not have', async () => {
    aws.project.configure({ environments: { sandbox: environmentIn('vpc-0123456789abcdef0') } });

    const { output } = await ampx(SANDBOX, aws.direct);

    expect(output).toContain('network.vpc.id');
    expect(output).toContain('vpc-0123456789abcdef0');
    expect(actions('ec2'), output).toEqual(['DescribeVpcs']);
    expect(uploads()).toEqual([]);
    expect(createdStacks()).toEqual([]);
  });

  test('sandbox refuses credentials of another account before it looks anything up', async () => {
    const vpc = await createVpc(['a', 'b'], aws.direct);
    aws.project.configure({ environments: { sandbox: environmentIn(vpc.id) } });
    const other = await signIn(OTHER_ACCOUNT, aws.moto.url, region);
    await bootstrap(OTHER_ACCOUNT, other);

    const { output } = await ampx(SANDBOX, other);

    expect(output).toContain('environments.sandbox.account');
    expect(output).toContain(OTHER_ACCOUNT);
    expect(actions('ec2')).toEqual([]);
    expect(uploads()).toEqual([]);
    expect(createdStacks()).toEqual([]);
  });

  test('sandbox refuses another region before it looks anything up', async () => {
    aws.project.configure({ environments: { sandbox: environmentIn('vpc-0123456789abcdef0') } });
    const other = { ...aws.direct, region: OTHER_REGION };
    await bootstrap(account, other);

    const { output } = await ampx(SANDBOX, other);

    expect(output).toContain('environments.sandbox.region');
    expect(output).toContain(OTHER_REGION);
    expect(actions('ec2')).toEqual([]);
    expect(uploads()).toEqual([]);
    expect(createdStacks()).toEqual([]);
  });

  test('pipeline-deploy of a branch whose VPC is pinned needs no right to look it up', async () => {
    const environment = environmentIn('vpc-0123456789abcdef0');
    const subnets = { 'subnet-0aaaaaaaaaaaaaaaa': `${region}a`, 'subnet-0bbbbbbbbbbbbbbbb': `${region}b` };
    const cachedContext = pinnedVpc(environment, [{ type: 'Isolated', subnets }]);
    aws.project.configure({ environments: { main: environment }, cachedContext });
    aws.endpoint.deny(({ service, action, parameters }) => {
      const isLookupRole = parameters.get('RoleArn')?.includes('-lookup-role-') === true;
      return service === 'ec2' || (action === 'AssumeRole' && isLookupRole);
    });

    const { code, output } = await ampx(['pipeline-deploy', '--branch', 'main', '--app-id', 'd1example'], aws.direct, {
      CI: 'true',
    });

    expect(actions('ec2'), output).toEqual([]);
    const templates = await uploadedTemplates(account, aws.direct);
    expect(functionSubnets(templates)).toEqual([Object.keys(subnets), Object.keys(subnets)]);
    expect(createdStacks()).toEqual([
      { name: expect.stringMatching(/^amplify-d1example-main-branch-/), template: expect.any(String), ...standard },
    ]);
    expect(output).toContain(REFUSAL);
    expect(code).toBe(1);
  });

  test('deploy takes the environment that its identifier names, and keeps what a branch keeps', async () => {
    const environment = environmentIn('vpc-0123456789abcdef0');
    const subnets = { 'subnet-0aaaaaaaaaaaaaaaa': `${region}a`, 'subnet-0bbbbbbbbbbbbbbbb': `${region}b` };
    const cachedContext = pinnedVpc(environment, [{ type: 'Isolated', subnets }]);
    aws.project.configure({ environments: { main: environment }, cachedContext });

    const { output } = await ampx(['deploy', '--identifier', 'main', '--backend', '--yes'], aws.direct);

    expect(output).toContain(REFUSAL);
    expect(createdStacks()).toEqual([
      { name: expect.stringMatching(/^amplify-main-backend-standalone-/), template: expect.any(String), ...standard },
    ]);
    const templates = await uploadedTemplates(account, aws.direct);
    expect(functionSubnets(templates)).toEqual([Object.keys(subnets), Object.keys(subnets)]);
    expect(userPoolPolicies(templates)).toEqual(['Retain']);
  });

  test('deploy under an identifier that no environment has is refused, before anything is uploaded', async () => {
    aws.project.configure({ environments: { main: environmentIn('vpc-0123456789abcdef0') } });

    const { output } = await ampx(['deploy', '--identifier', 'shop', '--backend', '--yes'], aws.direct);

    expect(output).toContain('The deployment "shop" has no environment of that name');
    expect(output).toContain('one of the environments that exist: "main"');
    expect(uploads()).toEqual([]);
    expect(createdStacks()).toEqual([]);
  });
});

interface Resource {
  readonly Type?: string;
  readonly DeletionPolicy?: string;
  readonly Properties?: { readonly VpcConfig?: { readonly SubnetIds?: unknown } };
}

const resourcesIn = (templates: ReadonlyMap<string, string>) =>
  [...templates.values()].flatMap((template) => Object.values<Resource>(JSON.parse(template).Resources ?? {}));

/** The subnets of each function in the VPC. */
const functionSubnets = (templates: ReadonlyMap<string, string>) =>
  resourcesIn(templates).flatMap(({ Properties }) => (Properties?.VpcConfig ? [Properties.VpcConfig.SubnetIds] : []));

const userPoolPolicies = (templates: ReadonlyMap<string, string>) =>
  resourcesIn(templates).flatMap(({ Type, DeletionPolicy }) =>
    Type === 'AWS::Cognito::UserPool' ? [DeletionPolicy] : [],
  );

const endpointsIn = (templates: ReadonlyMap<string, string>) =>
  resourcesIn(templates).flatMap(({ Type, Properties }) => (Type === 'AWS::EC2::VPCEndpoint' ? [Properties] : []));

/** What the CDK stands in for a VPC before the lookup. */
const namesDummyVpc = (template: string) => /"(vpc|s|p)-1234\d?"/.test(template);
