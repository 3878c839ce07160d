/**
 * Reads a statement with PostgreSQL's own grammar: libpg_query, compiled to WebAssembly, of the major version that the
 * local PostgreSQL has.
 * @see https://github.com/constructive-io/libpg-query-node
 */

/** A node of the parse tree: the name of its type or of the field that holds it, and its own fields. */
export interface ParseNode {
  name: string;
  fields: Readonly<Record<string, unknown>>;
  /** 1 for a statement, 2 and more for what is inside it. */
  depth: number;
}

/** All nodes of all statements in a text; undefined when PostgreSQL would refuse the text as a syntax error. */
export type ParseSql = (text: string) => ParseNode[] | undefined;

/** Takes tens of milliseconds and 20 MB, so that nothing imports the parser before the first statement needs it. */
export async function loadSqlParser(): Promise<ParseSql> {
  const { loadModule, parseSync, hasSqlDetails } = await import('libpg-query');
  await loadModule();
  return (text) => {
    // The protocol ends a text with a zero byte: the server refuses one in the middle.
    if (text.includes('\0')) return undefined;
    try {
      return nodesOf(parseSync(text));
    } catch (error) {
      // An empty text has no statement, and is the parser's only refusal without a place in the text.
      const isProxyError =
        error instanceof Error && (hasSqlDetails(error) || error.message === 'Query cannot be empty');
      if (isProxyError) return undefined;
      throw error;
    }
  };
}

/** Walks without recursion: an expression of 16 KB may be thousands of levels deep. */
function nodesOf(tree: { stmts?: readonly { stmt: object }[] }): ParseNode[] {
  const nodes: ParseNode[] = [];
  const pending: { value: unknown; depth: number }[] = (tree.stmts ?? []).map(({ stmt }) => ({
    value: stmt,
    depth: 1,
  }));
  for (let item = pending.pop(); item !== undefined; item = pending.pop()) {
    for (const [name, value] of Object.entries(item.value as object)) {
      if (typeof value !== 'object' || value === null) continue;
      // The items of a list have no name of their own: each holds its type as its only field.
      if (!Array.isArray(value)) nodes.push({ name, fields: value as ParseNode['fields'], depth: item.depth });
      pending.push({ value, depth: item.depth + 1 });
    }
  }
  return nodes;
}
