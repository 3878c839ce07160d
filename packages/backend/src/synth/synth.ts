/**
 * `npm run synth`: writes the CloudFormation templates that Amplify would deploy for an environment. Works offline and
 * without AWS credentials, and deploys nothing.
 */
import { existsSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { chooseEnvironment } from '../configuration/choose-environment.js';
import type { BackendIdentifier } from '../configuration/deployment.js';
import { canHoldAssembly, clearAssembly, readMissingLookups } from './cloud-assembly.js';
import { loadEnvironments } from './load-environments.js';
import { bundlingErrors, quietly } from './quietly.js';
import { isError, readSynthReport, renderSynthReport, type SynthReport } from './synth-report.js';
import { synthesizeBackend } from './synthesize-backend.js';
import { removeTemporaryFoldersAtExit } from './temporary-folder.js';

const USAGE = `Usage: npm run synth -- --environment NAME [--out DIR] [--json]

Writes the CloudFormation templates that Amplify would deploy, and prints what the guardrails found, what a month costs,
and the rules that others must add to their security groups. Needs no network and no AWS credentials.

  --environment NAME   an environment of amplify/environments.ts, or a branch that one of their patterns is meant for
  --out DIR            where to write them: a new or empty folder, or one that this command has written before;
                       .amplify/synth when it is not given
  --json               prints it all as one JSON object
  --help               shows this text`;

/** Something that the person at the keyboard can put right; shown without a stack trace. */
class SynthError extends Error {
  override readonly name = 'SynthError';
}

interface Options {
  readonly environment: string;
  readonly out: string;
  readonly json: boolean;
}

async function main(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv);
  if (options === 'help') return console.log(USAGE);

  const identity = identify(options.environment);
  const environments = await loadEnvironments();
  const environment = chooseEnvironment(environments, identity, { account: undefined, region: undefined });
  const { account, region } = environment;
  if (!canHoldAssembly(options.out)) {
    throw new SynthError(`${show(options.out)} holds other files. Choose a new or empty folder, or clear it first.`);
  }

  if (!options.json)
    console.log(`Synthesizing ${options.environment}: ${identity.type}, account ${account}, ${region}`);
  clearAssembly(options.out);
  removeTemporaryFoldersAtExit();
  const deployment = { environment: options.environment, type: identity.type, account, region };
  const said: string[] = [];
  try {
    await quietly(said, () => synthesizeBackend(loadBackend, identity, options.out));
  } catch (error) {
    // There is no assembly when the app's own code did not load.
    const report = existsSync(options.out) ? readSynthReport(options.out, deployment, environment) : undefined;
    if (!report?.findings.some(isError)) {
      const rejected = bundlingErrors(said);
      if (rejected !== undefined) throw new SynthError(`A function could not be bundled:\n\n${rejected}`);
      process.stderr.write(said.join(''));
      throw error;
    }
    // What ended the synthesis was a finding, which reads better than the CDK's account of it.
    print(report, options);
    process.exitCode = 1;
    return;
  }
  print(readSynthReport(options.out, deployment, environment), options);
  for (const warning of said.filter((text) => text.startsWith(WARNING))) process.stderr.write(`\n${warning}`);
  // The CDK's command line reads what is missing, looks it up, and starts this program again.
  if (process.env.CDK_CLI_VERSION === undefined) warnOfMissingLookups(options);
}

function print(report: SynthReport, { json }: Options): void {
  const colour = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
  console.log(json ? JSON.stringify(report, null, 2) : `\n${renderSynthReport(report, show, colour)}`);
}

function readOptions(argv: readonly string[]): Options | 'help' {
  const { environment, out = '.amplify/synth', json = false, help } = parse(argv);
  if (help === true) return 'help';
  if (environment === undefined) throw new SynthError(`--environment is missing.\n\n${USAGE}`);
  return { environment, out: resolve(out), json };
}

function parse(argv: readonly string[]) {
  try {
    const options = {
      environment: { type: 'string' },
      out: { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    } as const;
    return parseArgs({ args: [...argv], options }).values;
  } catch (cause) {
    throw new SynthError(`${cause instanceof Error ? cause.message : String(cause)}\n\n${USAGE}`, { cause });
  }
}

/** As ampx would name it: `sandbox` is deployed as a sandbox, any other environment as the branch of its name. */
function identify(environment: string): BackendIdentifier {
  return environment === 'sandbox'
    ? { type: 'sandbox', namespace: 'app', name: 'developer' }
    : { type: 'branch', namespace: 'app', name: environment };
}

/** By its address and not as an import: nothing depends on the composition root. */
function loadBackend(): Promise<unknown> {
  return import(pathToFileURL(resolve('amplify/backend.ts')).href);
}

/** How the checks of this package begin what they print and do not reject. */
const WARNING = 'warning: ';

/** Templates with placeholder subnets must not be taken for the real ones. */
function warnOfMissingLookups({ environment, out }: Options): void {
  const missing = readMissingLookups(out);
  if (missing.length === 0) return;
  console.error(
    `\nwarning: the templates in ${show(out)} hold placeholder subnets, because cdk.context.json has no answer for\n` +
      `${missing.map((key) => `  ${key}`).join('\n')}\n` +
      `A deployment of ${environment} looks the VPC up in AWS. To see its subnets here, cache the lookup once, with AWS\n` +
      'credentials: docs/deploy.md, "Cache the VPC lookup".',
  );
}

/** Relative where that is shorter to read. */
function show(path: string): string {
  const shown = relative(process.cwd(), path);
  return shown.startsWith('..') ? path : shown || '.';
}

/** Amplify wraps the reason; CDK and esbuild errors say most in the innermost message. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}\n${explain(error.cause)}` : error.message;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof SynthError ? error.message : explain(error));
  process.exitCode = 1;
}
