import { describeGoldenTokens } from '../../unit/database/describe-golden-tokens.js';

describeGoldenTokens(10_000);
