import { describeIsolation } from './describe-isolation.js';

/** Few, for every test run; `npm run test:stress` takes more. */
describeIsolation(50);
