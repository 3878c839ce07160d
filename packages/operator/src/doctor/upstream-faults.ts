/** Faults of packages that this project does not own, in the versions that have them. */

interface KnownFault {
  readonly name: string;
  isAffected(version: string): boolean;
  /** What goes wrong. */
  readonly fault: string;
  readonly fix: string;
}

const isBefore = (version: string, other: string) => version.localeCompare(other, 'en', { numeric: true }) < 0;

export const KNOWN_FAULTS: readonly KnownFault[] = [
  {
    // https://github.com/aws-amplify/amplify-backend/issues/3327
    name: '@aws-cdk/toolkit-lib',
    isAffected: (version) => !isBefore(version, '1.32.0') && isBefore(version, '1.40.0'),
    fault: 'sandboxes are deployed in EXPRESS mode, so a failed one is not rolled back.',
    fix: 'Take over "overrides" of the starter\'s package.json: docs/upgrade.md#an-override-that-only-the-root-can-hold',
  },
  {
    name: 'graphql',
    isAffected: (version) => !version.startsWith('15.'),
    fault: "Amplify uses version 15, and two versions in one process reject each other's types.",
    fix: 'npm install --save-exact graphql@15.11.0',
  },
];

/** The packages whose versions are read. */
export const PACKAGES_OF_INTEREST = ['@aws-amplify/backend-cli', ...KNOWN_FAULTS.map(({ name }) => name)];
