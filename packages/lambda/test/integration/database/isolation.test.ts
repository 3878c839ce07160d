import { describeIsolation } from './describe-isolation.js';

/** Few, for every test run; `npm run test:stress -w @vpc-postgres/lambda` takes more. */
describeIsolation(50);
