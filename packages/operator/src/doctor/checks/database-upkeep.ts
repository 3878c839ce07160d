/** Checks what of the database runs out, or waits for a restart. */
import { type Check, type Finding, findingsOr } from '../check.js';
import { databaseOf } from '../resolve.js';

const MILLIS_PER_DAY = 86_400_000;
const DAYS_OF_NOTICE = 60;

export const databaseCertificate: Check = {
  id: 'database-certificate',
  title: 'Certificate authority',
  breaks: 'On that day every client that verifies the certificate, and the proxy, is refused.',
  page: 'security.md#on-the-wire',
  run(facts) {
    const database = databaseOf(facts);
    if (database === undefined) return undefined;
    const { certificates, now } = facts;
    const findings = database.instances.flatMap((instance): Finding[] => {
      const { DBInstanceIdentifier, CACertificateIdentifier: authority, CertificateDetails } = instance;
      const validTill = certificates.find((one) => one.CertificateIdentifier === authority)?.ValidTill;
      const ends = [validTill, CertificateDetails?.ValidTill].filter((date) => date !== undefined);
      const soonest = ends.toSorted((a, b) => a.getTime() - b.getTime())[0];
      if (soonest === undefined) return [];
      const days = Math.floor((soonest.getTime() - now.getTime()) / MILLIS_PER_DAY);
      if (days > DAYS_OF_NOTICE) return [];
      const when = soonest.toISOString().slice(0, 10);
      return [
        {
          problem: `The certificate of ${DBInstanceIdentifier} (${authority}) ${days < 0 ? 'expired' : 'expires'} on ${when}.`,
          fix: `aws rds modify-db-instance --db-instance-identifier ${DBInstanceIdentifier} --ca-certificate-identifier rds-ca-rsa2048-g1 --apply-immediately`,
          ...(days >= 0 && { severity: 'warning' as const }),
        },
      ];
    });
    return findingsOr(findings, [...new Set(database.instances.map((one) => one.CACertificateIdentifier))].join(', '));
  },
};

export const databaseRestart: Check = {
  id: 'database-restart',
  title: 'Pending restart',
  breaks:
    'A changed parameter, such as max_connections, has no effect until the database restarts; the proxy counts with the old one.',
  page: 'runbook.md#borrow-latency',
  run(facts) {
    const database = databaseOf(facts);
    if (database === undefined) return undefined;
    const findings = database.instances.flatMap(
      ({ DBInstanceIdentifier, DBParameterGroups = [], PendingModifiedValues = {} }): (Finding | false)[] => {
        const waiting = Object.entries(PendingModifiedValues)
          .filter(([, value]) => value !== undefined && value !== null)
          .map(([name]) => name);
        const groups = DBParameterGroups.filter(
          ({ ParameterApplyStatus }) => ParameterApplyStatus === 'pending-reboot',
        );
        return [
          groups.length > 0 && {
            problem: `${DBInstanceIdentifier} needs a restart for ${groups.map((one) => one.DBParameterGroupName).join(', ')}.`,
            fix: `aws rds reboot-db-instance --db-instance-identifier ${DBInstanceIdentifier}`,
            severity: 'warning',
          },
          waiting.length > 0 && {
            problem: `${DBInstanceIdentifier} has changes that wait for the maintenance window: ${waiting.join(', ')}.`,
            fix: `aws rds modify-db-instance --db-instance-identifier ${DBInstanceIdentifier} --apply-immediately`,
            severity: 'warning',
          },
        ];
      },
    );
    return findingsOr(findings, 'none');
  },
};
