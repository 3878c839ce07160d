/** The steps from an empty account to an answered request: in which shapes each is, what proves it here, and what only AWS can show. */
import type { Environment } from '../../../src/configuration/environment.js';

/** T: a test of templates. M: the real ampx against moto. P: a real PostgreSQL. D: a document of AWS. */
export type Kind = 'T' | 'M' | 'P' | 'D';

export interface Proof {
  readonly kind: Kind;
  /** The test's file from packages/, or the address of the document. */
  readonly where: string;
  /** The test's title as the file has it. Absent for a document. */
  readonly title?: string;
}

/** What a shape has. */
export interface Facts {
  readonly environment: Environment;
  /** Whether its stack of network and database has a resource of this type. */
  has(type: string): boolean;
}

export interface Step {
  /** The heading of its column, which steps that exclude each other share. */
  readonly column: string;
  readonly what: string;
  readonly applies: (facts: Facts) => boolean;
  readonly proofs: readonly Proof[];
  readonly onlyAws: string;
}

const proof =
  (kind: Kind) =>
  (where: string, title: string): Proof => ({ kind, where, title });
const template = proof('T');
const moto = proof('M');
const postgres = proof('P');
const document = (where: string): Proof => ({ kind: 'D', where });

const COMBINATIONS = 'backend/test/infra/combinations.test.ts';
const NETWORK = 'backend/test/infra/network-settings.test.ts';
const AMPX = 'operator/test/aws/ampx.test.ts';

const always = () => true;
const egressIs =
  (...kinds: readonly string[]) =>
  ({ environment: { network } }: Facts) =>
    kinds.includes(network.egress?.kind ?? 'none');

export const STEPS: readonly Step[] = [
  {
    column: 'credentials',
    what: 'credentials of the account and region that the environment names',
    applies: always,
    proofs: [
      moto(AMPX, 'sandbox refuses credentials of another account before it looks anything up'),
      moto(AMPX, 'sandbox refuses another region before it looks anything up'),
    ],
    onlyAws: 'that they are permitted what the deployment does',
  },
  {
    column: 'bootstrap of the CDK',
    what: 'the roles and the bucket of `cdk bootstrap`',
    applies: always,
    proofs: [document('https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping.html')],
    onlyAws: 'that the account has them; moto gets a copy',
  },
  {
    column: 'lookup',
    what: 'the lookup of an existing VPC',
    applies: ({ environment }) => environment.network.kind === 'existing',
    proofs: [
      moto(AMPX, 'sandbox looks an unpinned VPC up, and uploads what its second pass makes of it'),
      template(COMBINATIONS, 'nothing is left to look up'),
    ],
    onlyAws: 'that the lookup role is permitted to, and with egress over IPv6 the answer of Cloud Control',
  },
  {
    column: 'synthesis',
    what: 'templates without a circle, that guardrails, CloudFormation Validate, cdk-nag and cfn-lint accept',
    applies: always,
    proofs: [
      template(COMBINATIONS, 'no stacks wait for each other in a circle'),
      template(COMBINATIONS, 'every name of a sandbox is its own, and only a new proxy has one that we gave it'),
    ],
    onlyAws: 'nothing',
  },
  {
    column: 'upload',
    what: 'the templates and bundles in the bucket, and the request for the stack',
    applies: always,
    proofs: [
      moto(AMPX, 'pipeline-deploy of a branch whose VPC is pinned needs no right to look it up'),
      moto(AMPX, 'deploy takes the environment that its identifier names, and keeps what a branch keeps'),
    ],
    onlyAws: 'that CloudFormation takes them: what it checks and no schema says, and the quotas of the account',
  },
  {
    column: 'VPC',
    what: 'a created VPC',
    applies: ({ has }) => has('AWS::EC2::VPC'),
    proofs: [
      template(
        NETWORK,
        'is in the zones and the range that the environment names, with a NAT gateway in each where it wants two',
      ),
      template(
        'backend/test/infra/refuse-change.test.ts',
        'a created VPC and each of its subnets wait for the check of range and zones',
      ),
    ],
    onlyAws: 'that EC2 creates it',
  },
  {
    column: 'egress',
    what: 'VPC endpoints',
    applies: egressIs('endpoints'),
    proofs: [template(COMBINATIONS, 'egress is closed but for the database and what was chosen')],
    onlyAws: 'that a service answers through its endpoint',
  },
  {
    column: 'egress',
    what: 'NAT gateways',
    applies: egressIs('nat'),
    proofs: [
      template(COMBINATIONS, 'there is the gateway that a created VPC chose, and otherwise no way to the internet'),
      template(
        NETWORK,
        'a regional NAT gateway is in no subnet, serves those of the functions, and waits for the internet gateway',
      ),
      document('https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateways-regional.html'),
    ],
    onlyAws: 'that a host on the internet answers',
  },
  {
    column: 'egress',
    what: 'egress over IPv6',
    applies: egressIs('ipv6'),
    proofs: [
      template(
        COMBINATIONS,
        'only functions with egress over IPv6 have IPv6 addresses, and ask for hosts that have them',
      ),
      template(
        NETWORK,
        'with egress over IPv6 a created VPC gives a range and a route to the functions, and none to the database',
      ),
      document('https://docs.aws.amazon.com/vpc/latest/userguide/egress-only-internet-gateway.html'),
    ],
    onlyAws: 'that a service answers over IPv6, and that an existing VPC has the route',
  },
  {
    column: 'database',
    what: 'a created database',
    applies: ({ has }) => has('AWS::RDS::DBInstance'),
    proofs: [
      template(
        'backend/test/infra/created-server.test.ts',
        'the largest values that an environment can have are within what RDS takes',
      ),
      template(
        'backend/test/infra/created-server.test.ts',
        'a first deployment that fails can be rolled back: the instance is protected only where the environment says so',
      ),
    ],
    onlyAws: 'that RDS creates it, in the minutes that the synthesis prints',
  },
  {
    column: 'database',
    what: 'an existing instance or cluster',
    applies: ({ environment }) => ['instance', 'cluster'].includes(environment.database.server?.kind ?? ''),
    proofs: [
      moto(
        'operator/test/aws/discover.test.ts',
        'before a database without a proxy the environment makes one, under the name of a new branch',
      ),
    ],
    onlyAws: 'that it is what the environment says',
  },
  {
    column: 'proxy',
    what: 'a new proxy, and its target healthy',
    applies: ({ has }) => has('AWS::RDS::DBProxy'),
    proofs: [
      template(COMBINATIONS, 'a new proxy demands TLS and an IAM token, in two zones'),
      template(COMBINATIONS, 'the proxy may sign in to one database as one user, or read one secret'),
      document('https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-network-prereqs.html'),
    ],
    onlyAws: 'that the target becomes AVAILABLE: RDS Proxy reaches the database and logs in',
  },
  {
    column: 'proxy',
    what: 'an existing proxy',
    applies: ({ environment }) => environment.database.proxy.kind === 'existing',
    proofs: [
      template('backend/test/infra/backend.test.ts', 'make no proxy where one exists'),
      moto(
        'operator/test/aws/discover.test.ts',
        'writes an environment that synthesizes without a lookup, keeps everything else, and the second time nothing',
      ),
    ],
    onlyAws: 'that it knows the users',
  },
  {
    column: 'roles',
    what: 'the database, its roles and their logins, by the deployment',
    applies: ({ has }) => has('Custom::BootstrappedDatabase'),
    proofs: [
      template(
        'backend/test/infra/bootstrap.test.ts',
        'the step comes after the server and its rules, and before proxy targets, migrations and functions',
      ),
      postgres(
        'lambda/test/integration/database/bootstrap/bootstrap.test.ts',
        'a new server gets the database, the roles and their logins',
      ),
      postgres('lambda/test/integration/database/bootstrap/bootstrap.test.ts', 'again, it changes nothing'),
    ],
    onlyAws: 'that RDS’s `rds_iam` admits a token',
  },
  {
    column: 'roles',
    what: 'the roles, by hand with bootstrap.sql; by the deployment where the server has `masterSecretArn`',
    applies: ({ has }) => !has('Custom::BootstrappedDatabase'),
    proofs: [
      postgres(
        'lambda/test/integration/database/roles.test.ts',
        'owner cannot log in, migrator and app can, and none has an attribute that would let it do more',
      ),
      postgres('lambda/test/integration/database/roles.test.ts', 'running it again changes nothing'),
    ],
    onlyAws: 'that the master user of RDS is permitted what the file does',
  },
  {
    column: 'migrations',
    what: 'the migrations, before the functions get their code',
    applies: ({ has }) => has('Custom::MigratedDatabase'),
    proofs: [
      template(
        'backend/test/infra/migrations.test.ts',
        'comes after the rules that let the function in and the function’s own rights',
      ),
      template(
        'backend/test/infra/migrations.test.ts',
        'is one file, with the migrations inside, byte for byte what the integration tests run',
      ),
      postgres(
        'lambda/test/integration/database/migrate/at-deploy.test.ts',
        'applies the migrations of this project, as owner, and again nothing',
      ),
    ],
    onlyAws: 'that Lambda runs the function in the VPC before its time is up',
  },
  {
    column: 'functions',
    what: 'the functions in the VPC, with a way to the database and no other permission',
    applies: always,
    proofs: [
      template(
        COMBINATIONS,
        'only orders-api is in the VPC, and what prepares a created database, in two subnets and one group, and waits for the role that may place it',
      ),
      template(
        COMBINATIONS,
        'the function’s code may sign in as one user at one place, and touch no network interface',
      ),
      template(COMBINATIONS, 'the function verifies the certificate of whatever it connects to'),
    ],
    onlyAws: 'that their network interfaces are created, and TLS against the real certificates',
  },
  {
    column: 'answer',
    what: 'AppSync answers',
    applies: always,
    proofs: [
      template('backend/test/infra/response-mapping.test.ts', "an envelope's data passes through"),
      postgres('local-stack/test/integration/whole-path.test.ts', '50 concurrent invocations each write their order'),
    ],
    onlyAws: 'AppSync and Cognito themselves: here are emulators of them',
  },
  {
    column: 'second deployment',
    what: 'the same again, and each field changed: what is replaced, and what is refused before anything changes',
    applies: always,
    proofs: [
      template('backend/test/infra/changes/changes.test.ts', 'the page says what every change of every shape replaces'),
      template(
        'backend/test/infra/refuse-change.test.ts',
        'is refused when it changes, with both values and the reason, and the rollback is accepted',
      ),
      template(
        'backend/test/infra/migrations.test.ts',
        'never for the same files: the templates are the same, byte for byte',
      ),
    ],
    onlyAws: 'what RDS and EC2 do with a change in place',
  },
];
