/** Builds a function, again on each change if asked to, and never takes away a bundle that works. */
import { type FunctionBundleSettings, functionBuildOptions } from '@vpc-postgres/lambda/bundle/function-bundle.js';
import { type BuildContext, build, context, type Message, type Plugin } from 'esbuild';
import { replaceFile } from '../replace-file.js';
import { bootstrapBuildOptions } from './bundle.js';

export interface BuildOptions extends FunctionBundleSettings {
  /** Path of the handler's file. */
  entry: string;
  /** Where the bundle goes. Must exist. */
  directory: string;
  /** Root of the project. */
  projectDirectory: string;
  watch: boolean;
  /** Each build after the first. No errors: the new bundle is in place. */
  onRebuild: (errors: readonly string[]) => void;
}

export interface BuiltFunction {
  /** Of the first build, as file:line:column: text. */
  firstErrors: readonly string[];
  /** Ends the rebuilding. */
  dispose(): Promise<void>;
}

/** Resolves after the first build, whether it went well or not. */
export async function buildFunction(options: BuildOptions): Promise<BuiltFunction> {
  const { entry, directory, projectDirectory, watch, onRebuild, ...settings } = options;
  let onEnd: (errors: readonly string[]) => void = () => {};
  const firstBuild = new Promise<readonly string[]>((resolve) => {
    onEnd = resolve;
  });
  const report: Plugin = {
    name: 'report',
    setup: (esbuild) =>
      esbuild.onEnd(async ({ errors, outputFiles = [] }) => {
        if (errors.length === 0)
          await Promise.all(outputFiles.map(({ path, contents }) => replaceFile(path, contents)));
        onEnd(errors.map(describeBuildError));
      }),
  };
  const esbuild: BuildContext = await context({
    ...functionBuildOptions(entry, directory, settings),
    absWorkingDir: projectDirectory,
    plugins: [report],
    // Left to itself, esbuild deletes the last good bundle when a change does not build.
    write: false,
  });
  if (watch) await esbuild.watch();
  // Its errors come through onEnd as well.
  else void esbuild.rebuild().catch(() => {});
  const [firstErrors] = await Promise.all([firstBuild, build(bootstrapBuildOptions(directory))]);
  onEnd = onRebuild;
  return { firstErrors, dispose: () => esbuild.dispose() };
}

function describeBuildError({ text, location }: Message): string {
  return location === null ? text : `${location.file}:${location.line}:${location.column + 1}: ${text}`;
}
