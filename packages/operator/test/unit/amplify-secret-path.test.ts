import type { BackendIdentifier } from '@vpc-postgres/backend/configuration/deployment.js';
import { importPackageFile } from '@vpc-postgres/testing/support/amplify-packages.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { amplifySecretPath } from '../../src/amplify-secret-path.js';

interface PlatformCore {
  readonly ParameterPathConversions: { toParameterFullPath(deployment: BackendIdentifier, secret: string): string };
}

test('a branch’s secret is where Amplify looks for it', () => {
  const path = amplifySecretPath({ type: 'branch', namespace: 'd1example', name: 'main' }, 'SQL_CONNECTION_URI');

  expect(path).toBe('/amplify/d1example/main-branch-5bfa880954/SQL_CONNECTION_URI');
});

test('whatever app, branch or owner is called, Amplify’s own code agrees', async () => {
  const { ParameterPathConversions } = await importPackageFile<PlatformCore>(
    '@aws-amplify/platform-core/lib/parameter_path_conversions.js',
  );
  // At least one letter each, of which a path can be made.
  const name = fc.string({ unit: 'grapheme', maxLength: 200 }).map((text) => `a${text}`);
  const type = fc.constantFrom('branch' as const, 'sandbox' as const);

  fc.assert(
    fc.property(fc.record({ type, namespace: name, name }), (deployment) => {
      expect(amplifySecretPath(deployment, 'SECRET')).toBe(
        ParameterPathConversions.toParameterFullPath(deployment, 'SECRET'),
      );
    }),
    { numRuns: 500 },
  );
});
