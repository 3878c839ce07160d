/** A copy of this repository in a temporary folder, with environments of its own, and the command ampx run there. */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Environments } from '@vpc-postgres/backend/configuration/environment.js';
import type { CachedContext } from '@vpc-postgres/backend/network/cached-context.js';
import { build, type Plugin } from 'esbuild';
import type { Access } from './accounts.js';

const REPOSITORY = join(import.meta.dirname, '../../../..');
const APP = join(import.meta.dirname, '../../../testing/app');
/** What a deployment reads. Amplify looks for the lockfile to find the root of the project. */
const COPIED = {
  [APP]: ['amplify', 'src', 'local.config.ts'],
  [REPOSITORY]: ['package.json', 'package-lock.json', 'tsconfig.json'],
};

const BIN = join(import.meta.dirname, '../../bin/vpc-postgres.mjs');
const CLI = join(import.meta.dirname, '../run-cli.ts');

/** The operator package has a later version than the root of node_modules. */
const COMMANDER = createRequire(import.meta.url).resolve('commander');

const AMPX_TIMEOUT_MILLIS = 300_000;

export interface ProjectCopy {
  configure(inputs: { readonly environments: Environments; readonly cachedContext?: CachedContext }): void;
  /** @param variables added to the environment of the command, which otherwise knows nothing of this machine's. */
  ampx(args: readonly string[], access: Access, variables?: NodeJS.ProcessEnv): Promise<AmpxRun>;
  /**
   * `vpc-postgres sql-secret` as one file, run by a Node.js that allows it neither to start another program nor to write a file.
   */
  sqlSecret(args: readonly string[], access: Access): Promise<AmpxRun>;
  /** The command line as a person runs it, from TypeScript. */
  vpcPostgres(args: readonly string[], access: Access): Promise<AmpxRun>;
  /** The command line's file, for a test that starts it itself. */
  readonly bin: string;
  environmentFor(access: Access): NodeJS.ProcessEnv;
  /** Its files, to look for what must not be in them. */
  readonly folder: string;
  remove(): void;
}

export interface AmpxRun {
  readonly code: number | null;
  /** Standard output, then standard error. */
  readonly output: string;
}

export function copyProject(): ProjectCopy {
  const folder = mkdtempSync(join(tmpdir(), 'ampx-'));
  for (const [from, names] of Object.entries(COPIED)) {
    for (const name of names) cpSync(join(from, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'));
  return {
    configure: ({ environments, cachedContext = {} }) => {
      writeFileSync(join(folder, 'amplify/environments.ts'), sourceOf(environments));
      writeFileSync(join(folder, 'cdk.context.json'), JSON.stringify(cachedContext));
    },
    ampx: (args, access, variables = {}) =>
      run(folder, [join('node_modules', '.bin', 'ampx'), ...args], { ...environmentFor(folder, access), ...variables }),
    sqlSecret: async (args, access) => {
      const bundle = await bundleCommand(folder, CLI);
      return run(folder, [...confined(), bundle, 'sql-secret', ...args], environmentFor(folder, access));
    },
    vpcPostgres: (args, access) => run(folder, [BIN, ...args], environmentFor(folder, access)),
    bin: BIN,
    environmentFor: (access) => environmentFor(folder, access),
    folder,
    remove: () => rmSync(folder, { recursive: true }),
  };
}

function sourceOf(environments: Environments): string {
  return [
    "import type { Environments } from '@vpc-postgres/backend/configuration/environment.js';",
    `export const environments: Environments = ${JSON.stringify(environments)};`,
  ].join('\n');
}

/** Neither credentials nor settings of the person who runs the test, no telemetry, and no way out of this machine. */
function environmentFor(folder: string, { endpoint, region, credentials }: Access): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    // ampx and the CDK keep caches there, one of them from access key to account.
    HOME: join(folder, '.home'),
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    // As npx sets it: ampx learns from it which package manager to name in its advice.
    npm_config_user_agent: 'npm',
    AMPLIFY_DISABLE_TELEMETRY: '1',
    AMPLIFY_BACKEND_NOTICES_ENDPOINT: `${endpoint}/notices`,
  };
}

/** Neither files written nor programs started: whatever tries is refused by Node.js itself. */
function confined(): string[] {
  // Called so since Node.js 22.13.
  const permission = process.allowedNodeEnvironmentFlags.has('--permission')
    ? '--permission'
    : '--experimental-permission';
  return ['--no-warnings', permission, '--allow-fs-read=*'];
}

/**
 * Node.js without tsx runs the bundle: the environments, which the command loads by path, are inside. So is the TypeScript
 * of this repository's packages; those of the registry stay outside.
 */
const standsAlone = (folder: string): Plugin => ({
  name: 'stands-alone',
  setup(esbuild) {
    esbuild.onLoad({ filter: /load-environments\.ts$/ }, () => ({
      loader: 'ts',
      resolveDir: folder,
      contents: `import { environments } from './amplify/environments.js';
        export const loadEnvironments = async () => environments;`,
    }));
    esbuild.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === 'entry-point' || path.startsWith('@vpc-postgres/')
        ? undefined
        : { path: path === 'commander' ? COMMANDER : path, external: true },
    );
  },
});

async function bundleCommand(folder: string, entryPoint: string): Promise<string> {
  const outfile = join(folder, '.bundle', 'command.mjs');
  await build({
    absWorkingDir: folder,
    entryPoints: [entryPoint],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    plugins: [standsAlone(folder)],
  });
  return outfile;
}

/** Without npx or npm, so that ending it ends everything. */
async function run(folder: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<AmpxRun> {
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: AMPX_TIMEOUT_MILLIS,
    killSignal: 'SIGKILL',
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [code, ...streams] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { code, output: streams.join('') };
}
