import { describeInputs } from './describe-inputs.js';

describeInputs(2_000);
