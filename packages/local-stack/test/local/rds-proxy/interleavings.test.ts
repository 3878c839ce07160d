import { describeInterleavings } from './describe-interleavings.js';

/** Few, for every test run; `npm run test:stress -w @vpc-postgres/local-stack` takes more. */
describeInterleavings(4);
