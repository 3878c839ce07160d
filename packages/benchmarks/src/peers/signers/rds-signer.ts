/** @aws-sdk/rds-signer, which finds the credentials itself. */
import { Signer } from '@aws-sdk/rds-signer';
import { region, server } from '../environment.js';
import { serve } from './serve.js';

const signer = new Signer({ hostname: server.host, port: server.port, username: server.user, region });

export const handler = await serve(() => signer.getAuthToken());
