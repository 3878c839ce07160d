/** Asks each function with a database, and the user that migrates, to look from inside: the hop that is broken, and why. */
import { readFileSync } from 'node:fs';
import { iamTokenSigner } from '@vpc-postgres/lambda/database/iam-token.js';
import { explainAnswer, type FunctionLook, unanswered } from '@vpc-postgres/lambda/database/look/explain.js';
import { lookFromInside } from '@vpc-postgres/lambda/database/look/look.js';
import { lookQuestion } from '@vpc-postgres/lambda/database/look/question.js';
import { readMigrationFiles } from '@vpc-postgres/lambda/database/migrate/read-folder.js';
import type { LocalDatabase } from './function-environment.js';
import type { LocalFunctions } from './functions.js';
import type { LocalCredentials } from './rds-proxy/credentials.js';

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
    return explainAnswer(functionName, payload);
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
    return explainAnswer(MIGRATOR_NAME, report);
  } catch (error) {
    return unanswered(MIGRATOR_NAME, (error as Error).message);
  }
}
