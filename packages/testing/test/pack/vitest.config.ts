import { serialSuite } from '../../vitest/projects.js';

/** `npm run test:pack -w @vpc-postgres/testing`. A minute or two: most of it compiles and checks types. */
export default serialSuite('packages/testing/test/pack/**/*.test.ts', { testTimeout: 300_000, hookTimeout: 300_000 });
