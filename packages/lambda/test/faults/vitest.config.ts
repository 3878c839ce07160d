import { serialSuite } from '../../../testing/vitest/projects.js';

/** `npm run test:faults -w @vpc-postgres/lambda`: one fault after the other, on one stack. */
export default serialSuite('packages/lambda/test/faults/**/*.test.ts', { testTimeout: 180_000, hookTimeout: 120_000 });
