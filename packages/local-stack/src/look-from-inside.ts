/** Asks each function with a database, and the user that migrates, to look from inside: the hop that is broken, and why. */
import { readFileSync } from 'node:fs';
import { iamTokenSigner } from '@vpc-postgres/lambda/database/iam-token.js';
import { type ExplainedHop, explainLook, summarizeLook } from '@vpc-postgres/lambda/database/look/explain.js';
import { lookFromInside } from '@vpc-postgres/lambda/database/look/look.js';
import { lookQuestion } from '@vpc-postgres/lambda/database/look/question.js';
import { isLookReport, type LookReport } from '@vpc-postgres/lambda/database/look/report.js';
import { readMigrationFiles } from '@vpc-postgres/lambda/database/migrate/read-folder.js';
import type { LocalDatabase } from './function-environment.js';
import type { LocalFunctions } from './functions.js';
import type { LocalCredentials } from './rds-proxy/credentials.js';

/** What one function sees, explained. */
export interface FunctionLook {
  readonly functionName: string;
  /** One sentence. */
  readonly summary: string;
  /** Absent when the function did not answer: `summary` says why. */
  readonly report?: LookReport;
  readonly hops: readonly ExplainedHop[];
}

export interface LookOptions {
  readonly functions: Pick<LocalFunctions, 'invoke' | 'statistics'>;
  readonly access: LocalDatabase;
  readonly migrator: { readonly user: string; readonly credentials: LocalCredentials };
  readonly migrationsFolder: string;
}

/** As the log of PostgreSQL and of the proxy has the one that migrates. */
const MIGRATOR_NAME = 'migrations';
/** As Lambda gives the function that migrates, and more than a look takes. */
const LIMIT_MILLIS = 30_000;

/** Never rejects. */
export async function lookFromEachFunction(options: LookOptions): Promise<FunctionLook[]> {
  const { functions } = options;
  const names = Object.entries(functions.statistics()).flatMap(([name, { database }]) => (database ? [name] : []));
  return Promise.all([...names.map((name) => askFunction(functions, name)), lookAsMigrator(options)]);
}

async function askFunction(functions: LookOptions['functions'], functionName: string): Promise<FunctionLook> {
  try {
    const { payload } = await functions.invoke(functionName, null, lookQuestion({ sentAt: new Date() }));
    if (isLookReport(payload)) return explained(functionName, payload);
    return unanswered(functionName, 'Its handler is not made by createResolver, and does not answer.');
  } catch (error) {
    return unanswered(functionName, `The function failed: ${(error as Error).message}`);
  }
}

/** By the same code as the function that migrates in AWS: here npm start migrates, and there is no such function. */
async function lookAsMigrator({ access, migrator, migrationsFolder }: LookOptions): Promise<FunctionLook> {
  try {
    const settings = { ...access, user: migrator.user, credentials: () => migrator.credentials };
    const report = await lookFromInside(
      {
        settings,
        applicationName: MIGRATOR_NAME,
        password: iamTokenSigner(settings, settings.credentials),
        certificateAuthorities: readFileSync(access.caPath, 'utf8'),
        migrations: readMigrationFiles(migrationsFolder).map(({ name }) => name),
      },
      { sentAt: new Date() },
      LIMIT_MILLIS,
    );
    return explained(MIGRATOR_NAME, report);
  } catch (error) {
    return unanswered(MIGRATOR_NAME, (error as Error).message);
  }
}

const explained = (functionName: string, report: LookReport): FunctionLook => ({
  functionName,
  summary: summarizeLook(report),
  report,
  hops: explainLook(report),
});

const unanswered = (functionName: string, summary: string): FunctionLook => ({ functionName, summary, hops: [] });
