/** Each field of the monitoring settings in words, for messages. */
import type { FieldGuides } from './field-guide.js';
import { LOG_RETENTION_DAYS } from './monitoring-settings.js';

export const MONITORING_FIELDS: FieldGuides = {
  monitoring: {
    expected: "an object with alarmEmails: ['…']",
    fix: 'correct it, or leave it out to have no alarms',
  },
  'monitoring.alarmEmails': {
    expected: 'a list of one or more different e-mail addresses',
    fix: 'name who is to hear of trouble, or leave `monitoring` out to have no alarms',
  },
  'monitoring.alarmEmails.*': { expected: 'an e-mail address, for example on-call@example.com', fix: 'correct it' },
  'monitoring.logRetentionDays': {
    expected: `one of ${LOG_RETENTION_DAYS.join(', ')}`,
    fix: 'choose one of these, or leave it out',
  },
  'monitoring.thresholds': {
    expected: 'an object with lambdaErrorsInFiveMinutes, sessionPinnedConnections or both',
    fix: 'correct it, or leave it out; other thresholds are constants in amplify/monitoring',
  },
  'monitoring.thresholds.lambdaErrorsInFiveMinutes': {
    expected: 'a whole number from 1 to 1000000',
    fix: 'correct it, or leave it out',
  },
  'monitoring.thresholds.sessionPinnedConnections': {
    expected: 'a whole number from 1 to 262143',
    fix: 'correct it, or leave it out',
  },
};
