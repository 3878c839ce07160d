/** Reads from a schema which Lambda functions its fields call, by the names of `a.handler.function`. */

/** What `a.schema()` returns. */
export interface TransformableSchema {
  transform(): { readonly schema: string };
}

export interface FunctionCall {
  readonly name: string;
  /** `a.handler.function(…).async()`: AppSync does not wait for the function. */
  readonly isAsync: boolean;
}

export function functionCallsIn(schema: TransformableSchema): FunctionCall[] {
  return [...schema.transform().schema.matchAll(/@function\(([^)]*)\)/g)].flatMap(([, options = '']) => {
    const name = /\bname: "([^"]+)"/.exec(options)?.[1];
    return name === undefined ? [] : [{ name, isAsync: /\binvocationType: Event\b/.test(options) }];
  });
}
