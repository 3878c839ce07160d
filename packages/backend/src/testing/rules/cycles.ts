/** No stacks wait for each other: the CDK does not report it, and CloudFormation refuses the deployment. */

import type { Rule } from '../deployment.js';
import { findCycle } from '../stack-graph.js';

export const noCycle: Rule = {
  find({ templates }) {
    return Object.entries(templates.files).flatMap(([file, template]) => {
      const cycle = findCycle(template);
      if (cycle === undefined) return [];
      return {
        path: file,
        got: `a circular dependency: ${cycle.join(' -> ')}`,
        expected: 'stacks that wait in one direction: functions for networkAndDatabase',
        fix: 'create in networkAndDatabase what both read, and pass functions only what it returns',
      };
    });
  },
};
