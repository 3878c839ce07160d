#!/usr/bin/env node
// Forwards a port as AWS's session-manager-plugin does, but on this machine. It takes what AWS's takes, in the same places, and
// writes its command line to LOG, where the test looks for the session's token.
import { appendFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';

const { LOG, FORWARD_TO, PLUGIN_VERSION = '1.2.707.0', AWS_SSM_START_SESSION_RESPONSE } = process.env;
const args = process.argv.slice(2);
if (args[0] === '--version') {
  console.log(PLUGIN_VERSION);
  process.exit();
}
appendFileSync(LOG, `${JSON.stringify(args)}\n`);
const [variable, region, operation, , request, endpoint] = args;
const { SessionId, TokenValue, StreamUrl } = JSON.parse(process.env[variable]);
const { DocumentName, Parameters } = JSON.parse(request);
const expected = [operation === 'StartSession', region, endpoint, SessionId, TokenValue, StreamUrl];
if (!expected.every(Boolean) || DocumentName !== 'AWS-StartPortForwardingSessionToRemoteHost') process.exit(1);
if (AWS_SSM_START_SESSION_RESPONSE === undefined) process.exit(1);
if (FORWARD_TO === undefined) {
  console.error('Connection to destination port failed, check SSM Agent logs.');
  process.exit(255);
}
createServer((client) => {
  const upstream = connect(Number(FORWARD_TO), '127.0.0.1');
  client.pipe(upstream).pipe(client);
  for (const socket of [client, upstream]) socket.on('error', () => {});
}).listen(Number(Parameters.localPortNumber[0]), '127.0.0.1');
