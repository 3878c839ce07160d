/** Prints what `vpc-postgres discover` found and proposes, for people. */
import { styleText } from 'node:util';
import { describeRefusal } from '../aws/answer.js';
import { policyFor } from '../aws/policy.js';
import type { TextOptions } from '../terminal.js';
import { wrapText } from '../wrap-text.js';
import type { Discovery } from './discovery.js';
import type { FoundDatabase, FoundVpc } from './found.js';
import { isProxy } from './read-account.js';

/** Of an account with more only the first are printed. */
const MOST_VPCS = 20;

/**
 * @param diff Of the files, as it is printed.
 * @param asks Whether it is asked next what to do.
 */
export function renderDiscovery(discovery: Discovery, diff: string, options: TextOptions, asks: boolean): string {
  const { found, choice, name, notes } = discovery;
  const heading = (text: string) => (options.colour ? styleText('bold', text, { validateStream: false }) : text);
  const wrapped = (texts: readonly string[]) => texts.flatMap((text) => wrapText(text, options.columns, '  '));
  const section = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : [[heading(title), '', ...lines].join('\n')];
  return [
    ...section(`VPCs of account ${found.account} in ${found.region}`, vpcLines(discovery)),
    ...(choice.vpcId === undefined
      ? []
      : section(`Subnets of ${choice.vpcId}`, subnetLines(discovery, options.columns))),
    ...section(
      'PostgreSQL',
      found.databases
        .filter(({ vpcId }) => choice.vpcId === undefined || vpcId === choice.vpcId)
        .flatMap((one) => wrapped([describe(one)])),
    ),
    ...(choice.database === undefined
      ? section('No database was chosen or found', wrapped(nothingFound(discovery)))
      : []),
    ...section('To look at', wrapped(notes)),
    ...section('AWS did not say everything', wrapped(refusalLines(discovery))),
    diff === ''
      ? `The environment ${name} says all of this already. Nothing to change.`
      : `${heading(`The environment ${name}`)}\n\n${diff}`,
    ...(diff === '' || asks ? [] : [nextStep(discovery)]),
  ].join('\n\n');
}

function vpcLines({ found: { vpcs, subnets }, choice }: Discovery): string[] {
  if (vpcs.length === 0) return ['  none'];
  const chosenFirst = [...vpcs].sort(
    (one, other) => Number(other.id === choice.vpcId) - Number(one.id === choice.vpcId),
  );
  const line = ({ id, cidr, name = '' }: FoundVpc) => {
    const kinds = (['isolated', 'withEgress', 'public'] as const).map(
      (kind) => `${subnets.filter((subnet) => subnet.vpcId === id && subnet.kind === kind).length} ${IN_WORDS[kind]}`,
    );
    return `${id === choice.vpcId ? '> ' : '  '}${id}  ${cidr.padEnd(18)}  ${kinds.join(', ')}  ${name}`.trimEnd();
  };
  const more = vpcs.length > MOST_VPCS ? [`  and ${vpcs.length - MOST_VPCS} more; --json lists them`] : [];
  return [...chosenFirst.slice(0, MOST_VPCS).map(line), ...more];
}

const IN_WORDS = { isolated: 'isolated', withEgress: 'with egress', public: 'public' } as const;

/** Columns from which on there is room for the ids of the zones. */
const WITH_ZONE_IDS = 90;

function subnetLines({ found: { subnets }, choice }: Discovery, columns: number): string[] {
  const order = ['isolated', 'withEgress', 'public'];
  const shown = subnets.filter(({ vpcId }) => vpcId === choice.vpcId);
  const longest = (texts: readonly string[]) => Math.max(...texts.map(({ length }) => length));
  const kindWidth = longest(shown.map(({ kind }) => IN_WORDS[kind]));
  const cidrWidth = longest(shown.map(({ cidr }) => cidr));
  return shown
    .toSorted((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind) || one.zone.localeCompare(other.zone))
    .map(({ id, kind, zone, zoneId, cidr, freeAddresses }) => {
      const isChosen = typeof choice.subnets === 'string' ? kind === choice.subnets : choice.subnets.includes(id);
      const place = zoneId === undefined || columns < WITH_ZONE_IDS ? zone : `${zone} (${zoneId})`;
      return `${isChosen ? '> ' : '  '}${IN_WORDS[kind].padEnd(kindWidth)}  ${id}  ${place}  ${cidr.padEnd(cidrWidth)}  ${freeAddresses} free`;
    });
}

function describe(database: FoundDatabase): string {
  const { kind, id, status = 'unknown', securityGroups } = database;
  const groups = `groups ${securityGroups.join(', ') || 'none'}`;
  if (isProxy(database)) {
    const { requiresTls, requiresIam, auth, targets } = database;
    const tls = requiresTls ? 'TLS required' : 'TLS not required';
    const iam = requiresIam ? 'IAM required' : 'IAM not required';
    return `proxy ${id} before ${targets.join(', ') || 'nothing'}: ${status}, ${tls}, ${iam}, signs in with ${auth.join(', ') || 'nothing'}, ${groups}`;
  }
  const { version = '', instanceClass, iamAuthentication } = database;
  const size = instanceClass === undefined ? '' : `, ${instanceClass}`;
  return `${kind} ${id}: PostgreSQL ${version}${size}, ${status}, IAM authentication ${iamAuthentication ? 'on' : 'off'}, ${groups}`;
}

function nothingFound({ found, choice, newUsd = 0 }: Discovery): string[] {
  const where = choice.vpcId === undefined ? `account ${found.account} in ${found.region}` : choice.vpcId;
  return [
    `Looked for RDS proxies, DB instances and Aurora clusters of PostgreSQL in ${where}.` +
      (choice.vpcId === undefined
        ? ' Looked for private subnets in two availability zones, too: no VPC is left to choose.'
        : ''),
    `The environment below creates a database and a proxy${choice.vpcId === undefined ? ', and a VPC for them' : ''}: about ${newUsd.toFixed(2)} USD a month before any request (npx vpc-postgres cost). ` +
      'Is it in another account or region? Sign in there, or add --region.',
  ];
}

function refusalLines({ found: { refusals, region } }: Discovery): string[] {
  return refusals.map((refusal) => {
    const statement = JSON.stringify(policyFor([refusal.read], region).Statement[0]);
    const fix = refusal.reason === 'not permitted' ? `. A statement that permits it: ${statement}` : '';
    return `${describeRefusal(refusal)}${fix}`;
  });
}

function nextStep({ written, changes, name, choice }: Discovery): string {
  if (!written) return 'Nothing was written. To write it, add --yes.';
  const migrate =
    choice.database === undefined ? 'docs/deploy.md, "A created database"' : 'docs/deploy.md, "The database\'s roles"';
  return [
    `Written: ${changes.map(({ path }) => path).join(', ')}.`,
    '',
    'Next:',
    `  npm run synth -- --environment ${name}`,
    `  prepare the users of the database: ${migrate}`,
  ].join('\n');
}
