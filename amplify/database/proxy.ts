/** The RDS Proxy that functions connect to, whichever way the environment provides it. */
import type { IDatabaseProxy } from 'aws-cdk-lib/aws-rds';
import type { Construct } from 'constructs';
import type { ProxySettings } from '../configuration/environment.js';
import { importProxy } from './existing-proxy.js';
import { createProxy, type ProxyNetwork } from './new-proxy.js';

export function provideProxy(scope: Construct, settings: ProxySettings, network: ProxyNetwork): IDatabaseProxy {
  return settings.kind === 'existing' ? importProxy(scope, settings) : createProxy(scope, settings, network);
}
