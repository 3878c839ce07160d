/** @aws-sdk/rds-signer with credentials passed in: nothing is looked for, and the providers are in the bundle all the same. */
import { Signer } from '@aws-sdk/rds-signer';
import { region, server } from '../environment.js';
import { credentials } from './credentials.js';
import { serve } from './serve.js';

const signer = new Signer({ hostname: server.host, port: server.port, username: server.user, region, credentials });

export const handler = await serve(() => signer.getAuthToken());
