import { describeInputs } from '../integration/describe-inputs.js';

describeInputs(100_000);
