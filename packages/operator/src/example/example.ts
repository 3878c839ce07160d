/** Names what the example domain consists of. Everything of it is in these folders and files, or on a line that lists them. */
import { readName } from '../generate/names.js';

export const EXAMPLE = {
  domain: readName('orders', 'a domain'),
  api: readName('orders-api', 'a function'),
  /** Removed as they are. */
  paths: [
    'src/orders',
    'amplify/functions/orders-api',
    'test/orders',
    'site/src/orders',
    'docs/decisions/0006-page-tokens-name-a-row.md',
  ],
  /** Words of the migrations' names, whatever their numbers. */
  migrations: ['create-orders'],
  /** In the order in which they can be dropped. */
  relations: [
    { kind: 'view', name: 'order_totals' },
    { kind: 'table', name: 'order_lines' },
    { kind: 'table', name: 'orders' },
  ],
  /** Types of the schema. */
  types: ['OrderStatus', 'OrderLine', 'Order', 'OrderPage', 'OrderTotal', 'DatabaseStatus'],
} as const;

/** The file of the frontend that shows the example. */
export const HOME = 'site/src/home.tsx';

/** What takes its place: the sign-in and the client stay. */
export const MINIMAL_HOME = `/** What a signed-in user sees: your application. The API is in client.ts. */
import type { User } from './user.js';

export function Home({ user }: { user: User }) {
  return <h1>Welcome, {user.email}</h1>;
}
`;

/** What README.md and docs/ say of the example stands between these, on lines of their own or within one. */
const IN_DOCUMENTS = /^<!-- example -->\n[\s\S]*?^<!-- \/example -->\n\n?|<!-- example -->.*?<!-- \/example -->/gm;

export function withoutExample(document: string): string {
  return document.replaceAll(IN_DOCUMENTS, '');
}

/** A migration that drops the tables of the example. */
export function dropMigration(): string {
  const drops = EXAMPLE.relations.map(({ kind, name }) =>
    kind === 'view' ? `drop view ${name};` : `-- squawk-ignore ban-drop-table\ndrop table ${name};`,
  );
  return `-- The example domain is gone: npm run example:remove -- --keep-migrations.\n\n${drops.join('\n')}\n`;
}
