/** Reads a client's startup packet, and rejects what RDS Proxy rejects. */
import { malformedStartup, notSupported, userMissing, wrongProtocolVersion } from './proxy-error.js';
import { REQUEST_CODES, type StartupPacket } from './wire.js';

/** Who connects, to which database, with which session settings. */
export interface StartupRequest {
  user: string;
  /** @default the user's name, as in PostgreSQL */
  database: string;
  /** The recognized parameters, as the client spelt them. */
  settings: Readonly<Record<string, string>>;
}

/**
 * The startup parameters that RDS Proxy recognizes beside user and database, in lower case. Any other is an error.
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-connecting.html
 */
const RECOGNIZED_SETTINGS: ReadonlySet<string> = new Set([
  'application_name',
  'client_encoding',
  'datestyle',
  'timezone',
  'extra_float_digits',
  'search_path',
]);

/** @throws ProxyError */
export function parseStartup({ code, body }: StartupPacket): StartupRequest {
  if (code !== REQUEST_CODES.protocolVersion3) {
    throw wrongProtocolVersion(`${code >>> 16}.${code & 0xffff}`);
  }
  const parameters = parseParameters(body);
  const user = parameters.get('user');
  if (user === undefined || user === '') throw userMissing();
  const settings = [...parameters].filter(([name]) => name !== 'user' && name !== 'database');
  for (const [name] of settings) refuseUnrecognized(name);
  return { user, database: parameters.get('database') || user, settings: Object.fromEntries(settings) };
}

function parseParameters(body: Buffer): Map<string, string> {
  const parts = body.toString('utf8').split('\0');
  // Names and values end with a zero byte each, and a last zero byte ends the list.
  const isComplete = parts.length % 2 === 0 && parts.at(-1) === '' && parts.at(-2) === '';
  if (!isComplete) throw malformedStartup('the parameters do not end where the packet ends');

  const parameters = new Map<string, string>();
  for (let index = 0; index < parts.length - 2; index += 2) {
    const [name = '', value = ''] = parts.slice(index, index + 2);
    if (name === '') throw malformedStartup('a parameter has no name');
    if (parameters.has(name)) throw malformedStartup(`the parameter ${name} occurs twice`);
    parameters.set(name, value);
  }
  return parameters;
}

function refuseUnrecognized(name: string): void {
  if (RECOGNIZED_SETTINGS.has(name.toLowerCase())) return;
  if (name === 'options') throw notSupported('command-line options');
  if (name === 'replication') throw notSupported('streaming replication mode');
  throw notSupported(`the option ${name}`);
}
