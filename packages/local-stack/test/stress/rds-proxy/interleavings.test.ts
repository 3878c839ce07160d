import { describeInterleavings } from '../../local/rds-proxy/describe-interleavings.js';

describeInterleavings(200);
