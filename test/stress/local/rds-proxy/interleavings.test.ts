import { describeInterleavings } from '../../../integration/local/rds-proxy/describe-interleavings.js';

describeInterleavings(200);
