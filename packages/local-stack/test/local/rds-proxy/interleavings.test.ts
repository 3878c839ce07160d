import { describeInterleavings } from './describe-interleavings.js';

/** Few, for every test run; `npm run test:stress` takes more. */
describeInterleavings(4);
