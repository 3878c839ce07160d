/** `vpc-postgres discover`: finds what an environment needs in AWS, and writes it when told yes. */
import { STSClient } from '@aws-sdk/client-sts';
import { type Environments, REPLACE_ME } from '@vpc-postgres/backend/configuration/environment.js';
import { loadEnvironments } from '@vpc-postgres/backend/synth/load-environments.js';
import ts from 'typescript';
import { openReader } from '../aws/reader.js';
import { CommandError } from '../command-error.js';
import { Changes } from '../generate/changes.js';
import { addProperty, findObject } from '../generate/edit-source.js';
import { renderDiff } from '../render-diff.js';
import { textOptions } from '../terminal.js';
import { askOnTerminal } from './ask.js';
import { cachedLookup } from './cached-lookup.js';
import { choose } from './choose.js';
import { DISCOVER_READS } from './discover-reads.js';
import type { DiscoverOptions } from './discovery.js';
import type { FoundAccount } from './found.js';
import { type Find, mergeIntoSource, print, type Wanted } from './merge-into-source.js';
import { priceOfNew } from './price-of-new.js';
import { type Choice, type Proposal, propose } from './propose.js';
import { readAccount } from './read-account.js';
import { renderDiscovery } from './render-discovery.js';

const ENVIRONMENTS = 'amplify/environments.ts';
const CONTEXT = 'cdk.context.json';

/**
 * @param project The folder that holds amplify/; it is the working directory, too.
 * @returns what to print
 * @throws CommandError
 */
export async function discover(project: string, options: DiscoverOptions): Promise<string> {
  const environments = await loadEnvironments();
  const current = environments[options.environment];
  const region = await regionOf(options, current?.region);
  const ask = options.json || options.yes ? undefined : await askOnTerminal();
  if (ask !== undefined) console.error(`Reading ${region}: VPCs, subnets, databases, proxies, names of secrets.`);
  const reader = openReader(DISCOVER_READS, { region });
  const found = await readAccount(reader);
  reader.close();

  const choice = await choose(found, options, current, ask);
  const proposal = propose(found, choice, options.environment, current);
  const changes = planChanges(project, options.environment, environments, proposal, found, choice);
  const discovery = {
    ...proposal,
    name: options.environment,
    found,
    choice,
    ...(choice.database === undefined && { newUsd: priceOfNew(region) }),
    changes: changes.edits.map((edit) => ({ path: edit.path, diff: renderDiff([edit], false) })),
  };
  const text = textOptions();
  const show = (written: boolean) =>
    options.json
      ? JSON.stringify({ ...discovery, written }, null, 2)
      : renderDiscovery(
          { ...discovery, written },
          renderDiff(changes.edits, text.colour),
          text,
          ask !== undefined && changes.edits.length > 0,
        );
  if (changes.edits.length === 0 || (!options.yes && ask === undefined)) return show(false);
  if (ask !== undefined) {
    console.log(show(false));
    if (!(await ask.confirm('Write this?'))) return 'Nothing was written.';
    changes.apply();
    return `Written: ${changes.edits.map(({ path }) => path).join(', ')}.`;
  }
  changes.apply();
  return show(true);
}

async function regionOf({ region }: DiscoverOptions, current: string | undefined): Promise<string> {
  const known = region ?? (current === REPLACE_ME ? undefined : current);
  if (known !== undefined) return known;
  try {
    return await new STSClient({}).config.region();
  } catch (cause) {
    throw new CommandError(
      'No region is configured. Add --region, for example --region eu-west-1, or set AWS_REGION.',
      { cause },
    );
  }
}

function planChanges(
  project: string,
  name: string,
  environments: Environments,
  { environment }: Proposal,
  found: FoundAccount,
  { vpcId }: Choice,
): Changes {
  const changes = new Changes(project);
  const text = changes.read(ENVIRONMENTS) ?? '';
  changes.write(ENVIRONMENTS, withEnvironment(text, name, environment, environments[name]));
  if (vpcId !== undefined) {
    const { key, answer } = cachedLookup(found, vpcId);
    const context = changes.read(CONTEXT) ?? '{}\n';
    changes.write(CONTEXT, withContext(context, key, answer as Wanted));
  }
  return changes;
}

/** @throws CommandError when the environments are not written as one object literal */
export function withEnvironment(text: string, name: string, environment: Wanted & object, current: unknown): string {
  const all = findObject(text, 'environments');
  if (all === undefined) {
    throw new CommandError(
      `${ENVIRONMENTS} has no \`export const environments = { … }\`, so it was not edited. Add:\n\n${name}: ${print(environment)},`,
    );
  }
  const find: Find = (now) => {
    const property = findObject(now, 'environments')?.properties.find(
      (one) => one.name !== undefined && one.name.getText().replaceAll(/['"]/g, '') === name,
    );
    const value = property !== undefined && ts.isPropertyAssignment(property) ? property.initializer : undefined;
    return value !== undefined && ts.isObjectLiteralExpression(value) ? value : undefined;
  };
  if (current !== undefined) return mergeIntoSource(text, find, environment, current);
  const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : print(name);
  return addProperty(text, all, `${key}: ${print(environment)}`);
}

/** @throws CommandError when the file is no JSON object */
export function withContext(text: string, key: string, answer: Wanted): string {
  let current: unknown;
  try {
    current = JSON.parse(text);
  } catch (cause) {
    throw new CommandError(`${CONTEXT} is no JSON: ${(cause as Error).message}. Correct it first.`, { cause });
  }
  // An object literal of TypeScript too, which has the editor.
  const merged = mergeIntoSource(PREFIX + text, (now) => findObject(now, 'context'), { [key]: answer }, current, '"');
  return merged.slice(PREFIX.length);
}

const PREFIX = 'const context = ';
