/**
 * Says what a look from inside has found: for a person, with the fix and the check of `vpc-postgres doctor` that looks at the
 * same from outside. Not part of what runs in Lambda: its answer has codes, and is explained where it is read.
 */
import { failedHop, type Hop, type HopReport, isLookReport, LOOK_CODES, type LookReport } from './report.js';

/** The checks of `vpc-postgres doctor`, by id, that a hop's failure leads to. */
export type DoctorCheckId = (typeof DOCTOR_CHECKS)[number];

export const DOCTOR_CHECKS = [
  'vpc-dns',
  'functions-to-proxy',
  'proxy-tls',
  'database-certificate',
  'function-environment',
  'function-logins',
  'proxy-users',
  'proxy-targets',
  'database-version',
  'stack',
] as const;

export interface ExplainedHop extends HopReport {
  /** What the hop is: "DNS", "TLS". */
  readonly title: string;
  /** One sentence: what was found, or what is wrong. */
  readonly finding: string;
  /** Of a failed hop: what to do. */
  readonly fix?: string;
  /** Of a failed hop. */
  readonly check?: DoctorCheckId;
}

const TITLES: Readonly<Record<Hop, string>> = {
  dns: 'DNS',
  tcp: 'TCP',
  tls: 'TLS',
  token: 'IAM token',
  login: 'Login',
  statement: 'Statement',
  migrations: 'Migrations',
};

interface Explanation {
  readonly problem: string;
  readonly fix: string;
  readonly check: DoctorCheckId;
}

export function explainLook(report: LookReport): ExplainedHop[] {
  const failed = failedHop(report);
  return report.hops.map((hop) => {
    const title = TITLES[hop.hop];
    if (hop.status === 'ok') return { ...hop, title, finding: describe(hop.hop, report) };
    if (hop.status === 'failed') {
      const { problem, fix, check } = explainFailure(hop, report);
      return { ...hop, title, finding: problem, fix, check };
    }
    return { ...hop, title, finding: describeSkipped(hop, failed) };
  });
}

/** One sentence for all of it. */
export function summarizeLook(report: LookReport): string {
  const { host, port, user, database } = report.target;
  if (report.hops.length === 0) return 'The function has no database: nothing was tried.';
  const failed = failedHop(report);
  if (failed === undefined) return `The function reaches ${database} at ${host}:${port} as ${user}.`;
  const { finding } = explainLook(report).find(({ status }) => status === 'failed') ?? { finding: '' };
  return `The function does not get past ${TITLES[failed.hop]}: ${finding}`;
}

function describe(
  hop: Hop,
  { target, addresses = [], tls, session, migrations, clockAheadSeconds }: LookReport,
): string {
  switch (hop) {
    case 'dns':
      return `${target.host} is ${addresses.join(', ')}.`;
    case 'tcp':
      return `Port ${target.port} accepts connections.`;
    case 'tls':
      return `${tls?.protocol}, issued by ${tls?.issuer}, valid until ${tls?.validTo.slice(0, 10)}.`;
    case 'token':
      return `Signed for ${target.user} in ${target.region}${describeClocks(clockAheadSeconds)}.`;
    case 'login':
      return `Accepted as ${target.user}.`;
    case 'statement':
      return `PostgreSQL ${session?.serverVersion}, current_user ${session?.currentUser}.`;
    case 'migrations':
      return `${migrations?.applied.length} applied, none pending.`;
  }
}

function describeSkipped({ code }: HopReport, failed: HopReport | undefined): string {
  if (code === LOOK_CODES.notPermitted) {
    return 'This user cannot read which are applied, which is as it should be: the function that migrates can.';
  }
  if (code === LOOK_CODES.noHistory) return 'The database has no record of migrations.';
  return `Not tried: ${failed === undefined ? 'a hop' : TITLES[failed.hop]} before it failed.`;
}

function explainFailure(hop: HopReport, report: LookReport): Explanation {
  const { host, port, user, database } = report.target;
  const { code = '', message = '' } = hop;
  const said = message === '' ? code : message.replace(/\.$/, '');
  switch (hop.hop) {
    case 'dns':
      return {
        problem: `The name ${host} has no address in the VPC (${code}).`,
        fix: 'Compare DATABASE_HOST with the endpoint of the proxy, and switch on DNS support and DNS hostnames of the VPC.',
        check: 'vpc-dns',
      };
    case 'tcp':
      return code === 'ECONNREFUSED'
        ? {
            problem: `Nothing listens at ${host}:${port} (${code}).`,
            fix: 'Compare DATABASE_PORT with the port of the proxy or database, and look whether it is available.',
            check: 'proxy-targets',
          }
        : {
            problem: `No connection to ${host}:${port} (${code}): packets are dropped, or nothing is there.`,
            fix: `Let the function's security group out to port ${port}, and the proxy's in from it; then the network ACLs and routes of both subnets.`,
            check: 'functions-to-proxy',
          };
    case 'tls':
      return explainTls(code, said, report);
    case 'token':
      return code === LOOK_CODES.clockSkew
        ? {
            problem: `The function's clock is ${describeSkew(report.clockAheadSeconds ?? 0)} the caller's, and the token was rejected (${said}).`,
            fix: 'AWS accepts signatures within 5 minutes of its own clock. Correct the clock that is wrong: Lambda keeps its own right.',
            check: 'function-environment',
          }
        : {
            problem: `No token could be signed (${said}).`,
            fix: 'Look at the role of the function, and for code that overwrites the AWS_ variables of its environment.',
            check: 'function-environment',
          };
    case 'login':
      return explainLogin(code, said, user, database);
    case 'statement':
      return /^(57014|55P03)$/.test(code) || code === LOOK_CODES.timeout
        ? {
            problem: `PostgreSQL accepted the login, and ended or left a query of its catalogs (${said}).`,
            fix: 'Look for locks, load, and statement_timeout and lock_timeout of the role: select * from pg_stat_activity.',
            check: 'proxy-targets',
          }
        : {
            problem: `PostgreSQL accepted the login, and rejected a query of its catalogs (${said}).`,
            fix: 'Compare the version of PostgreSQL with those that this package supports: 14 and later.',
            check: 'database-version',
          };
    case 'migrations':
      return explainMigrations(code, said, report);
  }
}

function explainTls(code: string, said: string, { target: { host }, tls }: LookReport): Explanation {
  const check = 'database-certificate';
  if (code === LOOK_CODES.noTls) {
    return {
      problem: 'The server does not offer TLS, without which no token is sent.',
      fix: 'Compare DATABASE_HOST and DATABASE_PORT with the endpoint of the proxy.',
      check: 'proxy-tls',
    };
  }
  if (code === 'CERT_HAS_EXPIRED') {
    return {
      problem: `The certificate expired on ${tls?.validTo.slice(0, 10)}.`,
      fix: 'Rotate the certificate of the database: aws rds modify-db-instance --ca-certificate-identifier.',
      check,
    };
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return {
      problem: `The certificate is for ${tls?.names}, and not for ${host}.`,
      fix: "Set DATABASE_HOST to the endpoint's own name, not to an alias.",
      check: 'function-environment',
    };
  }
  if (tls !== undefined) {
    return {
      problem: `The certificate was issued by ${tls.issuer}, which the function does not trust (${code}).`,
      fix: "A proxy's certificate is one of Amazon's, which Node.js knows. For a database without a proxy, pass certificateAuthorities.",
      check,
    };
  }
  return {
    problem: `The connection ended before a certificate was shown (${said}).`,
    fix: 'The proxy has no room for another client, is being modified, or something between closes connections.',
    check: 'proxy-targets',
  };
}

function explainLogin(code: string, said: string, user: string, database: string): Explanation {
  if (code === '3D000') {
    return {
      problem: `There is no database ${database} (${said}).`,
      fix: 'Compare DATABASE_NAME with the databases of the server: select datname from pg_database.',
      check: 'function-environment',
    };
  }
  if (code.startsWith('28') && /credentials|secret/i.test(said)) {
    return {
      problem: `The proxy does not know the user ${user} (${said}).`,
      fix: `Give the proxy a secret for ${user}, or end-to-end IAM authentication.`,
      check: 'proxy-users',
    };
  }
  if (code.startsWith('28')) {
    return {
      problem: `The login of ${user} was rejected (${said}).`,
      fix: `Does the role of the function have rds-db:connect for this proxy and ${user}; is the name spelled alike, in the same case; does the proxy know the user.`,
      check: 'function-logins',
    };
  }
  return {
    problem: `The login of ${user} did not end (${said}).`,
    fix: 'Look at the health of the proxy’s target, and at the connections in use.',
    check: 'proxy-targets',
  };
}

function explainMigrations(code: string, said: string, { migrations }: LookReport): Explanation {
  const check = 'stack';
  if (code !== LOOK_CODES.pending) {
    return {
      problem: `The record of the migrations could not be read (${said}).`,
      fix: 'Look whether a migration is under way and holds a lock.',
      check,
    };
  }
  const { pending = [], unfinished = [] } = migrations ?? {};
  return {
    problem: [
      ...(pending.length > 0 ? [`Not applied: ${pending.join(', ')}.`] : []),
      ...(unfinished.length > 0 ? [`Not applied to the end: ${unfinished.join(', ')}.`] : []),
    ].join(' '),
    fix: 'Deploy again; the event of MigratedDatabase in CloudFormation has the reason if it failed.',
    check,
  };
}

function describeClocks(aheadSeconds: number | undefined): string {
  return aheadSeconds === undefined ? '' : `; clocks agree within ${Math.max(1, Math.abs(aheadSeconds))} s`;
}

const describeSkew = (seconds: number) => `${Math.abs(seconds)} s ${seconds < 0 ? 'behind' : 'ahead of'}`;

/** What one function answered, explained. */
export interface FunctionLook {
  readonly functionName: string;
  /** `unanswered`: the function gave no report; `summary` says why. */
  readonly status: 'ok' | 'failed' | 'unanswered';
  /** One sentence. */
  readonly summary: string;
  /** Absent when the function did not answer. */
  readonly report?: LookReport;
  readonly hops: readonly ExplainedHop[];
}

/** @param payload as Lambda returned it */
export function explainAnswer(functionName: string, payload: unknown): FunctionLook {
  if (!isLookReport(payload)) {
    return unanswered(
      functionName,
      'The function answered something else: deploy it with a version of @vpc-postgres/lambda that looks from inside, and make its handler with createResolver.',
    );
  }
  const status = failedHop(payload) === undefined ? 'ok' : 'failed';
  return { functionName, status, summary: summarizeLook(payload), report: payload, hops: explainLook(payload) };
}

export function unanswered(functionName: string, summary: string): FunctionLook {
  return { functionName, status: 'unanswered', summary, hops: [] };
}
