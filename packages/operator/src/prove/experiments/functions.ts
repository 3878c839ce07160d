/** What the deployed functions see: the way to the database, and what freeze and thaw do to the connection of their pool. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Experiment, NOTHING_SEEN } from '../experiment.js';

export const functionExperiments: readonly Experiment[] = [
  {
    id: 'functions-reach',
    question:
      'Does each deployed function reach the database: routes, network ACLs, DNS, the proxy’s own secret and role?',
    local: 'each reaches it',
    method: 'Each function looks from inside.',
    needs: ['functions'],
    minutes: () => 1,
    async run(site) {
      const looks = await site.look();
      if (looks.length === 0) return { answer: NOTHING_SEEN, details: ['No function has a database.'] };
      const broken = looks.filter(({ status }) => status !== 'ok');
      return {
        answer: broken.length === 0 ? 'each reaches it' : 'not each reaches it',
        details: looks.map(({ functionName, summary }) => `${functionName}: ${summary}`),
      };
    },
  },
  {
    id: 'freeze-and-thaw',
    question: 'After a freeze that outlasts its idle timeout, has the pool dropped its connection before it is used?',
    local: 'dropped before it is used',
    method:
      'A function looks from inside, rests, and looks again; the start of its environment tells whether it was the same one.',
    needs: ['functions'],
    minutes: () => 2,
    async run(site) {
      const take = async () => ({ at: Date.now() / 1_000, looks: await site.look() });
      const first = await take();
      await delay(site.restSeconds * 1_000);
      const second = await take();
      const pairs = first.looks.flatMap(({ functionName, report }) => {
        const after = second.looks.find((look) => look.functionName === functionName)?.report;
        if (report === undefined || after === undefined || report.environment.poolConnections === 0) return [];
        const started = (at: number, uptime: number) => Math.round(at - uptime);
        const apart =
          started(second.at, after.environment.uptimeSeconds) - started(first.at, report.environment.uptimeSeconds);
        return Math.abs(apart) <= SAME_START_SECONDS
          ? [{ functionName, before: report.environment, after: after.environment }]
          : [];
      });
      if (pairs.length === 0) {
        return {
          answer: NOTHING_SEEN,
          details: ['No environment with an open connection answered twice. Run it again.'],
        };
      }
      return {
        answer: pairs.every(({ after }) => after.poolConnections === 0) ? 'dropped before it is used' : 'still there',
        details: pairs.map(
          ({ functionName, before, after }) =>
            `${functionName}: ${before.poolConnections} connections before a rest of ${site.restSeconds} s, ${after.poolConnections} after.`,
        ),
      };
    },
  },
];

/** Two answers of one environment, with the time that a look takes. */
const SAME_START_SECONDS = 8;
