/** Checks the name of a function or a domain, and derives the names that its files use. */
import { CommandError } from '../command-error.js';

/** One name in the spellings of each language. */
export interface Names {
  /** As it was typed: purchase-orders. */
  readonly kebab: string;
  /** purchaseOrders */
  readonly camel: string;
  /** purchase_orders */
  readonly snake: string;
  /** PurchaseOrders */
  readonly pascal: string;
}

/** Longer names would not fit Lambda's limit of 64 characters, with what Amplify puts around them. */
const LONGEST_NAME = 30;

const KEBAB = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** Keys of defineBackend and of its result, and what the packages themselves call a part of the deployment. */
const OF_THE_BACKEND = ['auth', 'data', 'storage', 'stack', 'migrations', 'monitoring', 'sql-data-source'];

/** Words that no variable can have as its name. */
const OF_JAVASCRIPT =
  'arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for function if implements import in instanceof interface let new null package private protected public return static super switch this throw true try typeof var void while with yield'.split(
    ' ',
  );

/** What functions.ts, schema.ts and the generated files call something else. */
const OF_THE_FILES = ['a', 'functions', 'schema', 'handler', 'database', 'environments', 'operations'];

/** Words that PostgreSQL takes as the name of a table in quotes alone: the reserved ones of version 17. */
const OF_POSTGRESQL =
  'all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation column concurrently constraint create cross current_catalog current_date current_role current_schema current_time current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze from full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit localtime localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references returning right select session_user similar some symmetric system_user table tablesample then to trailing true union unique user using variadic verbose when where window with'.split(
    ' ',
  );

/** GraphQL's own types, and AppSync's scalars begin with AWS. */
const OF_GRAPHQL = ['Query', 'Mutation', 'Subscription', 'Int', 'Float', 'String', 'Boolean', 'Id'];

/**
 * @param what it is the name of, for the message: `a function`
 * @throws CommandError with the reason
 */
export function readName(name: string, what: string): Names {
  if (!KEBAB.test(name)) {
    throw refusal(
      name,
      what,
      'expected words of a-z and 0-9 with hyphens, beginning with a letter, such as send-invoice',
    );
  }
  if (name.length > LONGEST_NAME) {
    throw refusal(name, what, `it has ${name.length} characters, and ${LONGEST_NAME} are the limit`);
  }
  const names = spell(name);
  if (OF_THE_BACKEND.includes(name)) throw refusal(name, what, 'amplify/backend.ts uses it for a part of its own');
  if (OF_JAVASCRIPT.includes(names.camel)) throw refusal(name, what, 'it is a reserved word of TypeScript');
  if (OF_THE_FILES.includes(names.camel)) throw refusal(name, what, 'the files of the app use it for something else');
  if (OF_GRAPHQL.includes(names.pascal) || names.pascal.startsWith('Aws')) {
    throw refusal(name, what, 'it is the name of a type of GraphQL or AppSync');
  }
  return names;
}

/** @throws CommandError when PostgreSQL reserves the word */
export function assertTableName({ kebab, snake }: Names): void {
  if (OF_POSTGRESQL.includes(snake)) throw refusal(kebab, 'a table', 'it is a reserved word of PostgreSQL');
}

/**
 * What one row of a table is called.
 * @throws CommandError for a name that is no plain plural
 */
export function singularOf(plural: string): string {
  if (/[a-z]{2}ies$/.test(plural)) return plural.replace(/ies$/, 'y');
  if (/(ss|x|ch|sh)es$/.test(plural)) return plural.replace(/es$/, '');
  if (/[^sui]s$/.test(plural)) return plural.replace(/s$/, '');
  throw new CommandError(
    `"${plural}" is no plural that ends in s, so what is one of them called? Name it: npx vpc-postgres new domain ${plural} --item NAME`,
  );
}

function spell(kebab: string): Names {
  const words = kebab.split('-');
  const pascal = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return { kebab, snake: words.join('_'), pascal, camel: pascal.charAt(0).toLowerCase() + pascal.slice(1) };
}

function refusal(name: string, what: string, reason: string): CommandError {
  return new CommandError(`${what} cannot be named "${name}": ${reason}. Choose another name.`);
}
