/** Describes one read of AWS: the command that asks, and how its answer continues on further pages. Types, and two functions. */

/** A command of an AWS SDK client, such as DescribeVpcsCommand, as far as it is needed to tell what it takes and returns. */
// biome-ignore lint/suspicious/noExplicitAny: a constructor takes its own input, which only `any` stands for in a constraint.
export type CommandClass = new (input: any) => object;

export type InputOf<C extends CommandClass> = ConstructorParameters<C>[0];

/** What client.send() resolves to for it. */
export type OutputOf<C extends CommandClass> =
  InstanceType<C> extends {
    // biome-ignore lint/suspicious/noExplicitAny: only the output is asked for.
    resolveMiddleware(...args: any): (...args: any) => Promise<{ output: infer Output }>;
  }
    ? Output
    : never;

/** Where a request takes the token of the next page, and where an answer has it. */
export interface Paging {
  readonly input: string;
  readonly output: string;
}

/** All of whose answer is one page. */
export interface SingleRead<C extends CommandClass = CommandClass> {
  readonly command: C;
  /** Of the IAM statement that permits it, below `arn:PARTITION:`. @default - every resource */
  readonly resource?: string;
}

/** Whose answer is a list that continues. */
export interface ListRead<C extends CommandClass = CommandClass, Items extends string = string> extends SingleRead<C> {
  /** The field of the answer with the items. */
  readonly items: Items;
  readonly paging: Paging;
}

export type Read = SingleRead | ListRead;

export type ResultOf<R extends Read> =
  R extends ListRead<infer C, infer Items>
    ? NonNullable<OutputOf<C>[Items & keyof OutputOf<C>]>
    : OutputOf<R['command']>;

export const NEXT_TOKEN: Paging = { input: 'NextToken', output: 'NextToken' };
export const MARKER: Paging = { input: 'Marker', output: 'Marker' };

export function single<C extends CommandClass>(command: C, resource?: string): SingleRead<C> {
  return { command, ...(resource !== undefined && { resource }) };
}

export function list<C extends CommandClass, Items extends keyof OutputOf<C> & string>(
  command: C,
  items: Items,
  paging: Paging = NEXT_TOKEN,
): ListRead<C, Items> {
  return { command, items, paging };
}
