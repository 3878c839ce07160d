import { exhaustive } from '@vpc-postgres/testing/support/exhaustive.js';
import { describeIsolation } from './describe-isolation.js';

/** Few, for every test run; `npm run test:stress -w @vpc-postgres/lambda` takes more. */
describeIsolation(exhaustive ? 50 : 20);
