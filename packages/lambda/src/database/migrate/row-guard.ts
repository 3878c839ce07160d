/**
 * Decides which of a database's privileges pass row-level security by, and says what to do about each. The comment of an
 * object can say that one is meant: `row-guard: allow select because …`.
 */
import type { ClientBase } from 'pg';
import { MigrationError } from './migration-error.js';
import { EXPOSURES, type Exposure } from './row-exposures.js';

/** The role of the API, from bootstrap.sql. */
const API_ROLE = 'app';

export interface RowFinding {
  /** With a `problem`, callers reach rows that no policy gives them. With a `warning` they reach too few, or none. */
  readonly severity: 'problem' | 'warning';
  /** Names the object, and what is wrong with it. */
  readonly message: string;
  /** For a new migration. */
  readonly fix: string;
}

/** @returns problems first. They are those of the database as the client's open transaction sees it. */
export async function findRowExposures(client: ClientBase, role: string = API_ROLE): Promise<RowFinding[]> {
  const { rows } = await client.query<Exposure>(EXPOSURES, [role]);
  return findingsOf(rows, role);
}

/**
 * @param context says what was not done because of them.
 * @throws MigrationError with every problem and its fix
 */
export function assertNoProblems(findings: readonly RowFinding[], context: string): void {
  const problems = findings.filter(({ severity }) => severity === 'problem');
  if (problems.length === 0) return;
  const count = problems.length === 1 ? 'one way' : `${problems.length} ways`;
  throw new MigrationError(
    `${context}: callers would pass row-level security in ${count}.\n\n${problems.map(describeFinding).join('\n\n')}`,
  );
}

export function describeFinding({ message, fix }: RowFinding): string {
  return `${message}\n  ${fix}`;
}

export function findingsOf(exposures: readonly Exposure[], role: string): RowFinding[] {
  // Every check lets a superuser pass, so that everything else would be reported too.
  const superuser = exposures.find(({ reason }) => reason === 'superuser');
  if (superuser !== undefined) return [describeExposure(superuser, role)];

  const comments = exposures.filter(({ kind }) => kind === 'comment').map(readComment);
  const allows = (name: string | null, privilege: string) =>
    comments.find((comment) => comment.name === name)?.use(privilege) === true;
  const findings = exposures
    .filter(({ kind }) => kind !== 'comment')
    .flatMap((exposure) => {
      // A table that is allowed without policies allows a view of it.
      const { name, through } = exposure;
      const base = exposure.reason === 'unrestricted' ? through : null;
      const privileges = exposure.privileges.filter(
        (privilege) => !allows(name, privilege) && !allows(base, privilege),
      );
      const isAllowed = exposure.privileges.length > 0 && privileges.length === 0;
      return isAllowed ? [] : [describeExposure({ ...exposure, privileges }, role)];
    });
  return [...findings, ...comments.flatMap((comment) => comment.warnings())].toSorted((a, b) =>
    a.severity.localeCompare(b.severity),
  );
}

/** `row-guard: allow select, insert because the catalogue is the same for everybody`, on a line of its own. */
const ALLOWANCE = /^\s*row-guard: allow (no grant|[a-z]+(?:, *[a-z]+)*) because \S/;
const ANY_LINE = /^.*row-guard.*$/gim;

function readComment({ type, name, comment }: Exposure) {
  const lines = comment?.match(ANY_LINE) ?? [];
  const allowed = new Set(lines.flatMap((line) => ALLOWANCE.exec(line)?.[1]?.split(/, */) ?? []));
  const used = new Set<string>();
  const warn = (problem: string, fix: string): RowFinding => ({
    severity: 'warning',
    message: `${type} ${name}: ${problem}`,
    fix,
  });
  return {
    name,
    use(privilege: string): boolean {
      if (!allowed.has(privilege)) return false;
      used.add(privilege);
      return true;
    },
    warnings: (): RowFinding[] => [
      ...lines
        .filter((line) => !ALLOWANCE.test(line))
        .map((line) =>
          warn(
            `this line of its comment allows nothing: "${line.trim()}".`,
            'Write a line like "row-guard: allow select, insert because …" or "row-guard: allow no grant because …".',
          ),
        ),
      ...[...allowed]
        .filter((privilege) => !used.has(privilege))
        .map((privilege) =>
          warn(
            `its comment allows ${privilege}, and there is nothing to allow.`,
            `Take it out of the comment, so that it does not allow what comes later: comment on ${type} ${name} is …;`,
          ),
        ),
    ],
  };
}

/** What a role can have besides privileges: what it is, and the statement that ends it. */
const ATTRIBUTES: Readonly<Record<string, readonly [is: string, option: string]>> = {
  superuser: ['is a superuser, whom no policy restricts', 'nosuperuser'],
  bypassrls: ['has BYPASSRLS: no policy restricts it', 'nobypassrls'],
  replication: ['has REPLICATION, and can read every row of the server', 'noreplication'],
  createrole: ['has CREATEROLE, and can give itself other roles', 'nocreaterole'],
};

const LONGEST_LIST = 200;

function describeExposure(exposure: Exposure, role: string): RowFinding {
  const { kind, type, name, through, reason, owner, grantees } = exposure;
  const privileges = exposure.privileges.join(', ');
  const has = `${role} has ${privileges.toUpperCase()}`;
  const revoke = `revoke ${privileges} on ${type === 'function' || type === 'procedure' ? `${type} ` : ''}${name} from ${grantees.join(', ') || 'the role that holds it'};`;
  const allow = `If it is meant: comment on ${type} ${name} is 'row-guard: allow ${privileges} because …';`;
  const restrict = (table: string | null) =>
    `alter table ${table} enable row level security, force row level security; and create a policy to ${role}.`;
  const problem = (message: string, ...fixes: string[]): RowFinding => ({
    severity: 'problem',
    message: `${type} ${name}: ${message}`,
    fix: fixes.join('\n  '),
  });
  const warning = (message: string, ...fixes: string[]): RowFinding => ({
    ...problem(message, ...fixes),
    severity: 'warning',
  });

  switch (kind) {
    case 'attribute': {
      const [is, option] = ATTRIBUTES[reason ?? ''] ?? ['can read or write files of the server', undefined];
      const isMember = name !== role;
      return problem(
        isMember ? `it ${is}, and ${role} is a member of it.` : `it ${is}.`,
        isMember ? `revoke ${name} from ${role};` : `alter role ${name} ${option};`,
      );
    }
    case 'ownership': {
      const owned = through ?? '';
      const list = owned.length > LONGEST_LIST ? `${owned.slice(0, LONGEST_LIST)} …` : owned;
      const isMember = name !== role;
      return problem(
        `it owns ${list}. An owner can switch row-level security off${isMember ? `, and ${role} is a member of it` : ''}.`,
        isMember ? `revoke ${name} from ${role};` : 'Give each to the role owner: alter … owner to owner;',
      );
    }
    case 'unrestricted':
      if (reason === 'policies') return problem(`${has}, which no policy restricts.`, revoke, allow);
      if (reason === 'm' || reason === 'f') {
        return problem(`${has}, and PostgreSQL has no row-level security for it.`, revoke, allow);
      }
      return problem(
        `${has}, and it has no row-level security.` +
          (through === null ? '' : ` The policies of ${through} hold for what goes through ${through} alone.`),
        `${restrict(name)} Or: ${revoke}`,
        allow,
      );
    case 'inheritance':
      return problem(
        `${has} on its rows through ${through}, which has no row-level security. The table's own does not hold there.`,
        restrict(through),
        allow,
      );
    case 'as owner':
      return problem(
        `${has}, and it works as the role ${owner}, ${describeReason(reason, through)}.`,
        type === 'view'
          ? `alter view ${name} set (security_invoker = true); and grant ${role} what it needs of ${through}.`
          : `Drop the rule that names ${through}.`,
        ...(reason === 'owner' ? [`Or: alter table ${through} force row level security;`] : []),
        allow,
      );
    case 'security definer':
      return problem(
        through === null
          ? `${role} can execute it, and it runs as the role ${owner} (SECURITY DEFINER).`
          : `it runs as the role ${owner} (SECURITY DEFINER) when ${role} changes rows of ${through}.`,
        `alter ${type} ${name} security invoker;${through === null ? ` Or: ${revoke}` : ''}`,
        allow,
      );
    case 'no grant':
      return reason === 'schema'
        ? warning(`${role} has no USAGE on its schema.`, `grant usage on schema ${through} to ${role};`, allow)
        : warning(`nothing is granted to ${role}.`, `grant select, … on ${name} to ${role};`, allow);
    case 'no policy':
      return warning(
        `${has}, and no policy for it: there are no rows for it.`,
        `create policy … on ${name} for … to ${role} using (…); Or: ${revoke}`,
      );
    case 'comment':
      throw new Error('A comment is no exposure.');
  }
}

function describeReason(reason: string | null, table: string | null): string {
  if (reason === 'unrestricted') return `and ${table} has no row-level security`;
  if (reason === 'bypass') return `which bypasses the row-level security of ${table}`;
  if (reason === 'owner') return `which owns ${table}, and ${table} does not force row-level security on its owner`;
  return `to which ${table} shows other rows than to its callers (${reason})`;
}
