import { serialSuite } from '../../vitest/projects.js';

/** `npm run test:pack -w @vpc-postgres/testing`. Two minutes on an idle machine: it compiles, and npm installs a thousand packages. */
export default serialSuite('packages/testing/test/pack/**/*.test.ts', { testTimeout: 300_000, hookTimeout: 1_200_000 });
