import { describeIsolation } from '../../integration/database/describe-isolation.js';

describeIsolation(10_000);
