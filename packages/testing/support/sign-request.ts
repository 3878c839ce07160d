/** Signs requests to AppSync with the AWS SDK's own signer: other code than that which checks them. */
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { LocalCredentials } from '@vpc-postgres/local-stack/rds-proxy/credentials.js';

type Content = string | ArrayBuffer | ArrayBufferView;

/** SHA-256 in the form that the signer asks for. */
export class Sha256 {
  #hash: Hash | Hmac;

  constructor(secret?: Content) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', toBytes(secret));
  }

  update(content: Content): void {
    this.#hash.update(toBytes(content));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    this.#hash = createHash('sha256');
  }
}

export interface SigningOptions {
  region?: string;
  service?: string;
  /** When it is signed. @default - now */
  signingDate?: Date;
}

/** The headers of a POST with this body, signature included. */
export async function signedHeaders(
  url: string,
  body: string,
  credentials: LocalCredentials,
  { region = 'eu-west-1', service = 'appsync', signingDate = new Date() }: SigningOptions = {},
): Promise<Record<string, string>> {
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 });
  const { host, hostname, port, pathname, protocol } = new URL(url);
  const headers = { host, 'content-type': 'application/json' };
  const request = { method: 'POST', protocol, hostname, port: Number(port), path: pathname, query: {}, headers, body };
  return (await signer.sign(request, { signingDate })).headers;
}

function toBytes(content: Content): Uint8Array {
  if (typeof content === 'string') return Buffer.from(content);
  return ArrayBuffer.isView(content)
    ? new Uint8Array(content.buffer, content.byteOffset, content.byteLength)
    : new Uint8Array(content);
}
