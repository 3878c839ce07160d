import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** `npm run test:aws -w @vpc-postgres/operator`: apart from `npm test`, because it needs moto, which is a Python package. */
export default defineConfig({
  test: {
    name: 'aws',
    dir: import.meta.dirname,
    globalSetup: join(import.meta.dirname, 'find-moto.ts'),
    // On Node.js 20 the AWS SDK tells every process that it will not support it for ever.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    // Most tests run ampx: two passes of synthesis and a type check. 20 s on an idle machine.
    testTimeout: 360_000,
    hookTimeout: 60_000,
  },
});
