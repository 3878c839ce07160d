import { describeIsolation } from './describe-isolation.js';

describeIsolation(100);
