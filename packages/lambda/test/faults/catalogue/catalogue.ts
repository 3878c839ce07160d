/** Every fault, in the order of packages/lambda/docs/faults.md. The first is none: what the suite finds without one is its own mistake. */
import type { Fault } from '../fault.js';
import { DATABASE_FAULTS } from './database.js';
import { LAMBDA_FAULTS } from './lambda.js';
import { PROXY_FAULTS } from './proxy.js';

const NONE: Fault = {
  name: 'none',
  how: 'to compare with',
  strikesWhile: 'busy',
  lasts: 0,
  strike: async () => {},
  mayEnd: [],
  isFelt: () => true,
};

export const FAULTS: readonly Fault[] = [NONE, ...DATABASE_FAULTS, ...PROXY_FAULTS, ...LAMBDA_FAULTS];
