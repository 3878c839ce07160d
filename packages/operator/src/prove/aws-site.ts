/** A deployed environment as a site: through the tunnel of `vpc-postgres shell`, its functions, and what AWS measured. */
import { setTimeout as delay } from 'node:timers/promises';
import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import { type DBProxy, paginateDescribeDBProxies, RDSClient } from '@aws-sdk/client-rds';
import type { Environment } from '@vpc-postgres/backend/configuration/environment.js';
import type { DeploymentOptions } from '../aws/amplify-stack.js';
import { describeRefusal, refusalOf } from '../aws/answer.js';
import { notSignedIn } from '../aws/not-signed-in.js';
import { CommandError } from '../command-error.js';
import type { TokenTarget } from '../deployed-target.js';
import { lookAtEnvironment } from '../inside/look-at-environment.js';
import { checkPlugin, type ForwardedPort } from '../shell/forward-port.js';
import { openTunnel } from '../shell/open-shell.js';
import { connectAs } from './connect.js';
import type { Need, Site } from './experiment.js';
import { readStackEvents } from './stack-events.js';

export interface AwsSiteOptions {
  readonly environment: Environment;
  readonly deployment: DeploymentOptions;
  /** Of the user that serves requests. */
  readonly target: TokenTarget;
  /** The instance to go through. */
  readonly instance?: string | undefined;
  readonly caFile?: string | undefined;
  /** For the plugin of Session Manager. */
  readonly env: NodeJS.ProcessEnv;
}

export interface OpenedSite extends Site {
  close(): Promise<void>;
}

/** A metric of a minute can be read two minutes later. */
const METRIC_DELAY_MILLIS = 180_000;
const METRIC_WINDOW_MILLIS = 120_000;
const DEFAULT_IDLE_SECONDS = 1_800;
const REST_SECONDS = 35;

/** Opens the tunnel, if there is a way: what is missing is reported with each experiment that needs it. */
export async function openAwsSite(options: AwsSiteOptions): Promise<OpenedSite> {
  const { environment, deployment, target, caFile } = options;
  const { region } = environment;
  const lacks: Partial<Record<Need, string>> = {};
  const { migrator, user, name: database } = environment.database;
  if (migrator === undefined) lacks.migrator = 'The environment has no migrator.';
  const proxy = await findProxy(region, target.hostname, lacks);
  const tunnel = lacks.connection === undefined ? await tryTunnel(options, lacks) : undefined;
  const cloudWatch = new CloudWatchClient({ region });
  return {
    kind: 'aws',
    name: deployment.environment,
    users: { app: user, migrator },
    lacks,
    idleClientTimeoutSeconds: proxy?.IdleClientTimeout ?? DEFAULT_IDLE_SECONDS,
    restSeconds: REST_SECONDS,
    async connect(username) {
      if (tunnel === undefined) throw new CommandError(lacks.connection ?? '');
      return connectAs({
        target: { ...target, username },
        database,
        via: { host: '127.0.0.1', port: tunnel.localPort },
        caFile,
      });
    },
    async countPinned() {
      await delay(METRIC_DELAY_MILLIS);
      const now = Date.now();
      const { Datapoints = [] } = await cloudWatch.send(
        new GetMetricStatisticsCommand({
          Namespace: 'AWS/RDS',
          MetricName: 'DatabaseConnectionsCurrentlySessionPinned',
          Dimensions: [{ Name: 'ProxyName', Value: proxy?.DBProxyName ?? '' }],
          StartTime: new Date(now - METRIC_WINDOW_MILLIS),
          EndTime: new Date(now),
          Period: 60,
          Statistics: ['Maximum'],
        }),
      );
      if (Datapoints.length === 0)
        throw new CommandError('CloudWatch has no figure of pinned sessions for these minutes.');
      return Math.max(...Datapoints.map(({ Maximum = 0 }) => Maximum));
    },
    look: async () => (await lookAtEnvironment(deployment, { region })).functions,
    stackEvents: () => readStackEvents(region, deployment.environment),
    close: async () => tunnel?.close(),
  };
}

async function findProxy(
  region: string,
  endpoint: string,
  lacks: Partial<Record<Need, string>>,
): Promise<DBProxy | undefined> {
  try {
    for await (const { DBProxies = [] } of paginateDescribeDBProxies({ client: new RDSClient({ region }) }, {})) {
      const found = DBProxies.find(({ Endpoint }) => Endpoint === endpoint);
      if (found !== undefined) return found;
    }
    lacks.connection = `No RDS Proxy of this account and region has the endpoint ${endpoint}, and these are questions about one.`;
  } catch (error) {
    const refusal = refusalOf('rds:DescribeDBProxies', error);
    if (refusal.reason === 'not signed in') throw notSignedIn(refusal);
    lacks.connection = `The proxy could not be read: ${describeRefusal(refusal)}.`;
  }
  return undefined;
}

async function tryTunnel(
  { environment, deployment, instance, target, env }: AwsSiteOptions,
  lacks: Partial<Record<Need, string>>,
): Promise<ForwardedPort | undefined> {
  try {
    checkPlugin(env);
    return await openTunnel(environment, { environment: deployment.environment, instance }, target, env);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    lacks.connection = `There is no way in. ${error.message}`;
    return undefined;
  }
}
