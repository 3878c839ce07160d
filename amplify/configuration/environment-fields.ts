/** Each field of an environment in words: what is expected there, and where its value is found. For messages only. */
import { DATABASE_FIELDS } from './database-fields.js';
import type { FieldGuide, FieldGuides } from './field-guide.js';
import { GUARDRAILS } from './guardrail-names.js';
import { MONITORING_FIELDS } from './monitoring-fields.js';
import { NETWORK_FIELDS } from './network-fields.js';
import { SQL_DATA_SOURCE_FIELDS } from './sql-data-source-fields.js';

const ENVIRONMENT_FIELDS: FieldGuides = {
  account: {
    expected: 'the 12 digits of an AWS account',
    fix: 'run aws sts get-caller-identity --query Account --output text',
  },
  region: {
    expected: 'the region of the VPC, for example eu-west-1',
    fix: 'run aws configure get region',
  },
  ...NETWORK_FIELDS,
  ...DATABASE_FIELDS,
  ...SQL_DATA_SOURCE_FIELDS,
  limits: { expected: 'an object with reservedConcurrency', fix: 'correct it, or leave it out' },
  'limits.reservedConcurrency': {
    expected: 'a whole number from 1 to 1000',
    fix: 'run aws lambda get-account-settings; 100 must stay free for functions without a reservation',
  },
  ...MONITORING_FIELDS,
  onDelete: { expected: "'keep' or 'delete'", fix: 'correct it, or leave it out' },
  acknowledgements: {
    expected: "a list of { guardrail: '…', reason: '…' }, each guardrail once",
    fix: 'correct it, or leave it out',
  },
  'acknowledgements.*': { expected: "{ guardrail: '…', reason: '…' }", fix: 'correct it' },
  'acknowledgements.*.guardrail': {
    expected: `one of ${GUARDRAILS.join(', ')}`,
    fix: 'take the name that the refusal gave',
  },
  'acknowledgements.*.reason': {
    expected: 'a sentence of 20 characters or more',
    fix: 'write why this environment may break the guardrail, for whoever reviews it',
  },
};

/** @param path The steps from the environment to the field. */
export function guideTo(path: readonly PropertyKey[]): FieldGuide {
  const steps = path.map((step) => (typeof step === 'number' ? '*' : String(step)));
  const keys = [steps.join('.'), [...steps.slice(0, -1), '*'].join('.')];
  const found = keys.map((key) => ENVIRONMENT_FIELDS[key]).find((guide) => guide !== undefined);
  return found ?? { expected: 'a field that exists', fix: 'compare with the environment `example`' };
}
