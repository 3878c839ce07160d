/** Checks who asks, where, and with which tools. */

import { type Check, type CheckGroup, findingsOr } from '../check.js';
import type { Facts } from '../facts.js';
import { KNOWN_FAULTS } from '../upstream-faults.js';

/** The first version with the role by which the CDK looks up a VPC. */
const LEAST_BOOTSTRAP_VERSION = 8;

const installedPackages: Check = {
  id: 'installed-packages',
  title: 'Installed packages',
  breaks:
    'A known fault of an installed version makes a deployment or a function fail, with a message that names no cause.',
  page: 'upgrade.md#an-override-that-only-the-root-can-hold',
  run({ installed }) {
    const ampx = installed['@aws-amplify/backend-cli'];
    if (ampx === undefined) {
      return [{ problem: 'ampx (@aws-amplify/backend-cli) is not installed in this folder.', fix: 'npm ci' }];
    }
    const findings = KNOWN_FAULTS.flatMap(({ name, isAffected, fault, fix }) => {
      const version = installed[name];
      if (version === undefined || !isAffected(version)) return [];
      return [{ problem: `${name} ${version}: ${fault}`, fix }];
    });
    return findingsOr(findings, `ampx ${ampx}, no known fault`);
  },
};

const account: Check = {
  id: 'account',
  title: 'AWS account',
  breaks: 'A deployment to another account fails, and everything below would be read from the wrong one.',
  page: 'environments.md#which-environment-is-deployed',
  run({ caller, environment, name }) {
    const finding = caller.Account !== environment.account && {
      problem: `The credentials are of account ${caller.Account}, and ${name} is in account ${environment.account}.`,
      fix: `Use credentials of ${environment.account}: AWS_PROFILE=… or --profile …`,
    };
    return findingsOr([finding], `${caller.Account}, as ${shortArn(caller.Arn)}`);
  },
};

const shortArn = (arn = '') => arn.slice(arn.lastIndexOf(':') + 1);

const OPTED_IN = ['opt-in-not-required', 'opted-in'];

const region: Check = {
  id: 'region',
  title: 'Region',
  breaks: 'AWS rejects every request in a region that is off for the account, as if the credentials were wrong.',
  page: 'environments.md#which-environment-is-deployed',
  run(facts) {
    const { environment, region: found } = facts;
    if (found === undefined) {
      return [
        {
          problem: `AWS has no region ${environment.region}.`,
          fix: `Correct the region of ${facts.name} in amplify/environments.ts`,
        },
      ];
    }
    const finding = isRegionOff(facts) && {
      problem: `${environment.region} is off for this account (${found.OptInStatus}).`,
      fix: `aws account enable-region --region-name ${environment.region}`,
    };
    return findingsOr([finding], environment.region);
  },
};

export function isRegionOff({ region: found }: Pick<Facts, 'region'>): boolean {
  return found?.OptInStatus !== undefined && !OPTED_IN.includes(found.OptInStatus);
}

const bootstrap: Check = {
  id: 'bootstrap',
  title: 'CDK bootstrap',
  breaks: 'A deployment cannot upload its templates or look up the VPC, and stops before anything is changed.',
  page: 'deploy.md#an-account-with-nothing',
  run({ bootstrapVersion, environment }) {
    const fix = `npx aws-cdk@2 bootstrap aws://${environment.account}/${environment.region}`;
    if (bootstrapVersion === undefined) return [{ problem: `${environment.region} is not bootstrapped.`, fix }];
    const finding = Number(bootstrapVersion) < LEAST_BOOTSTRAP_VERSION && {
      problem: `The bootstrap stack has version ${bootstrapVersion}, and ${LEAST_BOOTSTRAP_VERSION} or later is needed.`,
      fix,
    };
    return findingsOr([finding], `version ${bootstrapVersion}`);
  },
};

export const accountChecks: CheckGroup = {
  title: 'Your machine and account',
  checks: [installedPackages, account, region, bootstrap],
};
