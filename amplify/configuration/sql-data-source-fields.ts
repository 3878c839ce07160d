/** Each field of the SQL data source in words, for messages. */
import type { FieldGuides } from './field-guide.js';
import { securityGroupFields } from './network-fields.js';

export const SQL_DATA_SOURCE_FIELDS: FieldGuides = {
  sqlDataSource: {
    expected: 'an object with secretArn',
    fix: 'correct it, or leave it out to have no SQL data source',
  },
  'sqlDataSource.secretArn': {
    expected: 'the complete ARN of a secret, with its suffix of six characters',
    fix: 'run aws secretsmanager list-secrets --query "SecretList[].[Name,ARN]"',
  },
  ...securityGroupFields('sqlDataSource.securityGroup'),
};
