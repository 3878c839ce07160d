import { describeInputs } from './describe-inputs.js';

describeInputs(500);
