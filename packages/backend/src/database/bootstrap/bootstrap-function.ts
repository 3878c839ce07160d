/** The function that prepares the server: in the VPC, with a way to the server itself, past any proxy. */
import { BOOTSTRAP_LIMITS } from '@vpc-postgres/lambda/database/bootstrap/limits.js';
import type { Construct } from 'constructs';
import type { ConnectableFunction } from '../../functions/defined-function.js';
import type { Network } from '../../network/network.js';
import { placeFunctionInVpc } from '../../network/place-function-in-vpc.js';
import type { SecurityGroupRef } from '../../network/security-group-rules.js';
import { connectFunction } from '../connect-function.js';
import { bundledCode, createDeploymentFunction } from '../deployment-step.js';
import type { Server } from '../server.js';
import { bundleBootstrapFunction, folderOf } from './bundle.js';

const MEMORY_MB = 256;

export interface BootstrapTarget {
  /** The database's name. */
  readonly name: string;
  readonly server: Server;
  readonly host: string;
  readonly masterUsername: string;
  /** Whether the users sign in with IAM: the master user may then have to, too. */
  readonly iam: boolean;
}

export function createBootstrapFunction(
  scope: Construct,
  { name, server, host, masterUsername, iam }: BootstrapTarget,
  network: Network,
  group: SecurityGroupRef,
): ConnectableFunction {
  const fn = createDeploymentFunction(scope, 'Bootstrap', {
    description: 'Prepares the database server during a deployment, as its master user',
    code: bundledCode(folderOf('prepare'), (directory) => bundleBootstrapFunction('prepare', directory)),
    timeoutSeconds: BOOTSTRAP_LIMITS.functionSeconds,
    memoryMB: MEMORY_MB,
  });
  placeFunctionInVpc(fn, { ...network, functionGroup: group });
  const grantConnect = iam ? server.grantConnect : () => {};
  connectFunction(fn, { name, host, port: server.port, certificateAuthority: 'rds', grantConnect }, masterUsername);
  return fn;
}
