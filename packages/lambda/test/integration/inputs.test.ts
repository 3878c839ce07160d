import { sample } from '@vpc-postgres/testing/support/exhaustive.js';
import { SQL_INJECTIONS } from '@vpc-postgres/testing/support/sql-injections.js';
import { describeInputs } from './describe-inputs.js';

/** Few, for every test run; `npm run test:stress -w @vpc-postgres/lambda` takes more. */
describeInputs(150, sample(SQL_INJECTIONS, 8));
