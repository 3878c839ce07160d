/** Runs Amplify's synthesis without ampx: the context that ampx would set, the backend's own code, and the signal to write. */
import process from 'node:process';
import { type BackendIdentifier, DEPLOYMENT_CONTEXT } from '../configuration/deployment.js';

/**
 * @param loadBackend imports the backend, which declares everything while it loads.
 * @param out the folder for the cloud assembly.
 * @param context more of the CDK's context, for example switches. @default - none
 */
export async function synthesizeBackend(
  loadBackend: () => Promise<unknown>,
  identity: BackendIdentifier,
  out: string,
  context: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const restoreEnvironment = setEnvironment({
    CDK_OUTDIR: out,
    CDK_CONTEXT_JSON: JSON.stringify({ ...inheritedContext(), ...context, ...contextOf(identity) }),
    // Nothing is deployed, so whose credentials are at hand makes no difference to the templates.
    CDK_DEFAULT_ACCOUNT: undefined,
    CDK_DEFAULT_REGION: undefined,
    // Amplify's own calls of deprecated CDK functions are not for the reader to act on.
    JSII_DEPRECATED: 'quiet',
  });
  try {
    const writeAssembly = await collectListener(loadBackend);
    // ampx emits this as an event. Called directly, it reaches this backend only, and no other listener of the process.
    writeAssembly('amplifySynth', undefined);
  } finally {
    restoreEnvironment();
  }
}

/**
 * What Amplify waits with for ampx's signal. The CDK also waits for the end of the process, to write what nobody has
 * written: after a refusal it would say everything again.
 */
async function collectListener(loadBackend: () => Promise<unknown>): Promise<NodeJS.MessageListener> {
  const already = new Set<unknown>([...process.listeners('message'), ...process.listeners('beforeExit')]);
  await loadBackend();
  for (const listener of process.listeners('beforeExit')) {
    if (!already.has(listener)) process.off('beforeExit', listener);
  }
  const [writeAssembly] = process.listeners('message').filter((listener) => !already.has(listener));
  if (writeAssembly === undefined) throw new Error('The backend does not call defineBackend().');
  process.off('message', writeAssembly);
  return writeAssembly;
}

function contextOf({ namespace, name, type }: BackendIdentifier): Record<string, unknown> {
  return {
    [DEPLOYMENT_CONTEXT.namespace]: namespace,
    [DEPLOYMENT_CONTEXT.name]: name,
    [DEPLOYMENT_CONTEXT.type]: type,
    // An error that the CDK's own validation finds is one; by default it is called a warning.
    '@aws-cdk/core:validateAgainstDefaultRules': true,
  };
}

/** The answers to lookups, when the CDK's command line has started this one. */
function inheritedContext(): Record<string, unknown> {
  return JSON.parse(process.env.CDK_CONTEXT_JSON ?? '{}');
}

/** @returns puts everything back as it was. */
function setEnvironment(values: Readonly<Record<string, string | undefined>>): () => void {
  const before = Object.keys(values).map((name) => [name, process.env[name]] as const);
  const set = (name: string, value: string | undefined) => {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  };
  for (const [name, value] of Object.entries(values)) set(name, value);
  return () => {
    for (const [name, value] of before) set(name, value);
  };
}
