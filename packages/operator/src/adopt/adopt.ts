/** `vpc-postgres adopt`: plans, shows, asks, and writes. Never commits. */
import { resolve } from 'node:path';
import { confirm, isCancel } from '@clack/prompts';
import { CommandError } from '../command-error.js';
import { type Adoption, planAdoption } from './plan.js';
import { AdoptionRefused } from './refusal.js';
import { describeAdoption, renderAdoption, renderSteps } from './report.js';
import { writeAdoption } from './write.js';

export interface AdoptOptions {
  /** The folder of the app, the one that holds amplify/. */
  readonly into: string;
  /** Write without asking. */
  readonly yes: boolean;
  /** One JSON object instead of text. Asks nothing, and writes with `yes` alone. */
  readonly json: boolean;
}

export interface Terminal {
  /** Whether a person can be asked. */
  readonly isInteractive: boolean;
  readonly colour: boolean;
  print(text: string): void;
}

/** The root of the clone that this file is in. */
const STARTER = resolve(import.meta.dirname, '../../../..');

/** @throws AdoptionRefused, CommandError. Nothing was written then. */
export async function adopt(
  { into, yes, json }: AdoptOptions,
  { isInteractive, colour, print }: Terminal,
): Promise<void> {
  const adoption = plan(resolve(into), json ? print : undefined);
  const result = describeAdoption(adoption, yes);
  if (json) {
    if (yes) writeAdoption(adoption);
    return print(JSON.stringify(result, null, 2));
  }
  print(renderAdoption(result, colour));
  if (!yes) {
    if (!isInteractive)
      throw new CommandError('Nothing was written: this is no terminal to ask in. Run it again with --yes.');
    const answer = await confirm({ message: `Write this to ${adoption.into}?`, initialValue: false });
    if (isCancel(answer)) throw new CommandError('Stopped. Nothing was written.');
    if (!answer) return print('Nothing was written.');
  }
  writeAdoption(adoption);
  print(
    `\nWritten to ${adoption.into}. Nothing was committed: git diff shows it, git restore and git clean take it back.\n`,
  );
  print(renderSteps(result));
}

/** @param printJson told what stands in the way, where the caller reads JSON */
function plan(into: string, printJson: ((text: string) => void) | undefined): Adoption {
  try {
    return planAdoption(into, STARTER);
  } catch (error) {
    if (error instanceof AdoptionRefused) {
      printJson?.(JSON.stringify({ written: false, into, obstacles: error.obstacles }, null, 2));
    }
    throw error;
  }
}
