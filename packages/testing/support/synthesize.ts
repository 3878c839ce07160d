/** Synthesizes the real amplify/backend.ts for any environments, in this process, and reads back every template. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BackendIdentifier } from '@vpc-postgres/backend/configuration/deployment.js';
import type { Environments } from '@vpc-postgres/backend/configuration/environment.js';
import type { CachedContext } from '@vpc-postgres/backend/network/cached-context.js';
import { synthesizeBackend } from '@vpc-postgres/backend/synth/synthesize-backend.js';
import type { MigrationFile } from '@vpc-postgres/lambda/database/migrate/migration.js';
import { prepareMigrations } from '@vpc-postgres/lambda/database/migrate/prepare-migrations.js';
import { App } from 'aws-cdk-lib';
import { BUNDLING_STACKS, DISABLE_ASSET_STAGING_CONTEXT, DISABLE_CREATION_STACK_TRACES } from 'aws-cdk-lib/cx-api';
import { vi } from 'vitest';
import { importPackageFile } from './amplify-packages.js';
import { readAssembly, type Synthesis } from './cloud-assembly.js';
import { exhaustive } from './exhaustive.js';
import { keepNoFingerprints, reuseLooksAtHandlers } from './same-work-once.js';
import { collectTransformerFolders } from './transformer-folders.js';
import { loadEveryValidationRule } from './validation-engine.js';

export interface SynthesisInputs {
  /** @default - amplify/environments.ts */
  readonly environments?: Environments;
  /** @default - cdk.context.json */
  readonly cachedContext?: CachedContext;
  /** @default - the files of src/migrations */
  readonly migrations?: readonly MigrationFile[];
  /** Whether to bundle the functions' code, which is most of the time that a synthesis takes. @default true */
  readonly bundle?: boolean;
  /** Whether CloudFormation Validate looks at the templates: its rules take seconds to load. @default - in the exhaustive run */
  readonly validate?: boolean;
  /** Runs between the declaration of the backend and its synthesis. */
  readonly prepare?: (app: App, backend: Backend) => void;
}

/** What Amplify Hosting deploys from a branch. */
export const branch = (name: string): BackendIdentifier => ({ type: 'branch', namespace: 'd1example', name });

/** What `npx ampx sandbox` deploys for a developer. */
export const sandbox = (owner: string): BackendIdentifier => ({ type: 'sandbox', namespace: 'orders', name: owner });

type Backend = typeof import('../app/amplify/backend.js')['backend'];

export async function synthesize(identity: BackendIdentifier, inputs: SynthesisInputs = {}): Promise<Synthesis> {
  const { validate = exhaustive } = inputs;
  const out = mkdtempSync(join(tmpdir(), 'synthesis-'));
  const removeTransformerFolders = collectTransformerFolders();
  const restoreOutput = silence();
  try {
    vi.stubEnv('CDK_VALIDATION', String(validate));
    if (validate) loadEveryValidationRule();
    await forgetEarlierDefinitions();
    await keepNoFingerprints();
    replaceInputs(inputs);
    reuseLooksAtHandlers();
    await synthesizeBackend(() => loadBackend(inputs), identity, out, contextOf(inputs));
    return readAssembly(out);
  } finally {
    vi.stubEnv('CDK_VALIDATION', undefined);
    restoreOutput();
    removeTransformerFolders();
    rmSync(out, { recursive: true });
  }
}

async function loadBackend({ prepare }: SynthesisInputs): Promise<void> {
  const { backend } = await import('../app/amplify/backend.js');
  const app = backend.stack.node.root;
  if (!App.isApp(app)) throw new Error('The root of the backend is no App.');
  prepare?.(app, backend);
}

/** The CDK's own switches: what it leaves out changes no template. */
const contextOf = ({ bundle = true }: SynthesisInputs) => ({
  [DISABLE_CREATION_STACK_TRACES]: true,
  ...(!bundle && { [BUNDLING_STACKS]: [], [DISABLE_ASSET_STAGING_CONTEXT]: true }),
});

type Factories = Record<'AmplifyAuthFactory' | 'DataFactory', { factoryCount: number }>;

/** Amplify allows one defineAuth and one defineData a process, and counts them in static fields. */
async function forgetEarlierDefinitions(): Promise<void> {
  const { AmplifyAuthFactory } = await importPackageFile<Factories>('@aws-amplify/backend-auth/lib/factory.js');
  const { DataFactory } = await importPackageFile<Factories>('@aws-amplify/backend-data/lib/factory.js');
  AmplifyAuthFactory.factoryCount = 0;
  DataFactory.factoryCount = 0;
}

/** The backend is loaded anew each time, with these values in place of its input files. */
function replaceInputs({ environments, cachedContext, migrations }: SynthesisInputs): void {
  vi.resetModules();
  vi.doUnmock('@vpc-postgres/backend/database/migrations/project-migrations.js');
  vi.doUnmock('../app/amplify/environments.js');
  vi.doUnmock('@vpc-postgres/backend/network/cached-context.js');
  if (environments) vi.doMock('../app/amplify/environments.js', () => ({ environments }));
  if (migrations) {
    const readProjectMigrations = () => prepareMigrations(migrations);
    vi.doMock('@vpc-postgres/backend/database/migrations/project-migrations.js', () => ({ readProjectMigrations }));
  }
  if (cachedContext) {
    vi.doMock('@vpc-postgres/backend/network/cached-context.js', () => ({ readCachedContext: () => cachedContext }));
  }
}

/** What Amplify and the CDK print on the way says nothing about a test. */
function silence(): () => void {
  const spies = [
    vi.spyOn(console, 'warn').mockImplementation(() => undefined),
    vi.spyOn(process.stderr, 'write').mockImplementation(() => true),
  ];
  return () => {
    for (const spy of spies) spy.mockRestore();
  };
}
