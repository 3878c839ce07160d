import { serialSuite } from '../../../testing/vitest/projects.js';

/** `npm run test:stress -w @vpc-postgres/local-stack`. The longest test takes four minutes on a slow machine of two cores. */
export default serialSuite('packages/local-stack/test/stress/**/*.test.ts', {
  testTimeout: 900_000,
  hookTimeout: 60_000,
});
