import { sample } from '../support/exhaustive.js';
import { SQL_INJECTIONS } from '../support/sql-injections.js';
import { describeInputs } from './describe-inputs.js';

/** Few, for every test run; `npm run test:stress` takes more. */
describeInputs(150, sample(SQL_INJECTIONS, 4));
