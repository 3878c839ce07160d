/**
 * Amplify's own generator of schema.sql.ts, as `npx ampx generate schema-from-database` runs it, against a database that is
 * none of AWS's. It asks RDS whose host this is; a server in this process answers that it is not RDS's.
 */
import { createServer, type Server } from 'node:http';
import process from 'node:process';
import { importPackageFile } from './amplify-packages.js';
import type { PasswordDatabase } from './password-database.js';

interface GeneratorModule {
  readonly TypescriptDataSchemaGenerator: {
    generate(config: {
      readonly engine: 'postgresql';
      readonly host: string;
      readonly port: number;
      readonly username: string;
      readonly password: string;
      readonly database: string;
      readonly connectionUriSecretName: string;
      readonly sslCertificateSecretName: string;
      readonly sslCertificate: string;
    }): Promise<string>;
  };
}

/** A hash of host, port, engine and database: no two databases share one. */
const IDENTIFIER = /(identifier: )"ID\w+"/;

/** @returns the file's text, with the example's identifier. */
export async function generateSqlSchema(
  { secret, certificateAuthority }: PasswordDatabase,
  secretNames: { readonly connectionUri: string; readonly certificateAuthority: string },
): Promise<string> {
  // Not by its name: it comes with ampx, and not by a dependency of our own.
  const { TypescriptDataSchemaGenerator } = await importPackageFile<GeneratorModule>(
    '@aws-amplify/graphql-schema-generator/lib/index.js',
  );
  const { host, port, username, password, dbname } = secret;
  const restore = await answerAsRds();
  try {
    const text = await TypescriptDataSchemaGenerator.generate({
      engine: 'postgresql',
      host,
      port,
      username,
      password,
      database: dbname,
      connectionUriSecretName: secretNames.connectionUri,
      sslCertificateSecretName: secretNames.certificateAuthority,
      sslCertificate: certificateAuthority,
    });
    return text.replace(IDENTIFIER, '$1"IDexample"');
  } finally {
    restore();
  }
}

async function answerAsRds(): Promise<() => void> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () =>
      response.setHeader('content-type', 'text/xml').end(noneOf(Buffer.concat(chunks).toString())),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const restore = setEnvironment({
    AWS_ENDPOINT_URL_RDS: `http://127.0.0.1:${portOf(server)}`,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  });
  return () => {
    restore();
    server.closeAllConnections();
    server.close();
  };
}

/** The empty list that an RDS action such as DescribeDBProxies is answered with. */
function noneOf(query: string): string {
  const action = new URLSearchParams(query).get('Action') ?? '';
  const list = action.replace('Describe', '');
  return `<${action}Response><${action}Result><${list}></${list}></${action}Result></${action}Response>`;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP server has an address with a port.');
  return address.port;
}

function setEnvironment(values: Readonly<Record<string, string>>): () => void {
  const before = Object.keys(values).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, values);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}
