import { describeIsolation } from './describe-isolation.js';

describeIsolation(200);
