/** Finds the deployed functions of an environment that have a database, and asks them to look from inside. */
import { type DeploymentOptions, findRootStacks, idsOf, readResources, STACK_READS } from '../aws/amplify-stack.js';
import { allAnswered, describeRefusal } from '../aws/answer.js';
import { openReader } from '../aws/reader.js';
import { CommandError } from '../command-error.js';
import { type AskOptions, askFunctions, functionsToAsk, type InsideReport } from './ask.js';

/** What it takes to find them. To ask takes lambda:InvokeFunction, which is no read. */
export const INSIDE_READS = [...STACK_READS, 'lambda:GetFunctionConfiguration'] as const;

/** @throws CommandError when nothing is deployed, or AWS does not say what is. */
export async function lookAtEnvironment(deployment: DeploymentOptions, options: AskOptions): Promise<InsideReport> {
  return askFunctions(await findFunctions(deployment, options), options);
}

/** The same for a report of which this is a part: what keeps functions from being asked is in it, and the rest still comes. */
export async function lookOrSayWhy(deployment: DeploymentOptions, options: AskOptions): Promise<InsideReport> {
  try {
    return await lookAtEnvironment(deployment, options);
  } catch (error) {
    if (error instanceof CommandError) return { functions: [], problem: error.message };
    throw error;
  }
}

/** The names of the functions with a database, in the order of their stacks. @throws CommandError as above */
export async function findFunctions(deployment: DeploymentOptions, options: AskOptions): Promise<string[]> {
  const reader = openReader(INSIDE_READS, options);
  const unknown = (refusal: Parameters<typeof describeRefusal>[0]) =>
    new CommandError(`No function was asked: AWS did not say which there are. ${describeRefusal(refusal)}`);
  try {
    const stacks = await findRootStacks(reader, deployment);
    if (!stacks.ok) throw unknown(stacks.refusal);
    const [stack, second] = stacks.value;
    if (stack === undefined) {
      throw new CommandError(
        `Nothing is deployed for ${deployment.environment} in ${options.region}: there is no function to ask.`,
      );
    }
    if (second !== undefined) {
      throw new CommandError(
        `${stacks.value.length} apps have a branch ${deployment.environment}. Choose one with --app-id: ` +
          stacks.value.map(({ StackName }) => StackName).join(', '),
      );
    }
    const resources = await readResources(reader, stack.StackName ?? '');
    if (!resources.ok) throw unknown(resources.refusal);
    const names = idsOf(resources.value, 'AWS::Lambda::Function');
    const configurations = allAnswered(
      await Promise.all(names.map((FunctionName) => reader.read('lambda:GetFunctionConfiguration', { FunctionName }))),
    );
    if (!configurations.ok) throw unknown(configurations.refusal);
    return functionsToAsk(configurations.value);
  } finally {
    reader.close();
  }
}
