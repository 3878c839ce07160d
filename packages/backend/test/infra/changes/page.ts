/** Writes packages/backend/docs/changes.md. */
import type { Change } from './change.js';
import { changes } from './changes.js';
import { type Shape, shapes } from './shapes.js';

export interface Row {
  readonly change: Change;
  readonly shape: Shape;
  readonly effect: string;
}

const numberOf = (shape: Shape) => shapes.indexOf(shape) + 1;

export function renderPage(rows: readonly Row[]): string {
  return `# What a second deployment replaces

Each shape of an environment, deployed again with one field changed. A test generates this page with the CDK's own table of which
property of a resource replaces it (\`@aws-cdk/cloudformation-diff\`), and compares it:

    EXHAUSTIVE=1 npx vitest run --project backend-infra packages/backend/test/infra/changes -u

Another test fails when an environment can have a field that no row changes.

Three kinds of change are dangerous. CloudFormation would replace a created database by an empty one when \`database.name\` changes,
and would fail half way when the range or the zones of a created VPC change, or the VPC of a created database: the deployment
refuses them. What deletes data for good, or keeps it less long than before, is in **bold**:

- A created database that an environment no longer describes is deleted. On a branch a final snapshot stays, and with
  \`deletionProtection: true\` RDS refuses the deletion. Move the data first.
- Without \`monitoring\` logs are kept for 30 days: removing it deletes the older ones, as a lower \`logRetentionDays\` does.
- \`removalPolicy: 'destroy'\` deletes the users, and a created database without a snapshot, when the branch is deleted. For the
  database the guardrail \`data-loss\` demands an acknowledgement.

\`rules: 'print'\` in place of \`'add'\` deletes the rule that this backend has written. New connections fail until the owner of the
group has added one; EC2 refuses a second, equal rule before. A rule that names the address ranges of the subnets is another one,
and can be there before.

*Possibly* stands where the table leaves it open. RDS changes \`multiAz\`, backups and the parameter group of an instance in place.
*Nothing* means no resource of network and database; the functions can get other variables. Fields outside network and database
are changed in one shape of each kind.

A replaced proxy has a new endpoint, which the functions get in the same deployment. Roles, policies and custom resources are not
listed, and neither is what is created or changed in place.

## Shapes

| number | shape |
| --- | --- |
${shapes.map((shape) => `| ${numberOf(shape)} | ${shape.title} |`).join('\n')}

## Changes

| field | change | shapes | effect |
| --- | --- | --- | --- |
${changes.flatMap((change) => linesOf(change, rows)).join('\n')}
`;
}

/** One line for each effect that the change has. */
function linesOf(change: Change, rows: readonly Row[]): string[] {
  const ofChange = rows.filter((row) => row.change === change);
  return [...new Set(ofChange.map(({ effect }) => effect))].map((effect) => {
    const same = ofChange.filter((row) => row.effect === effect);
    return renderLine(change, same.map(({ shape }) => numberOf(shape)).join(', '), effect);
  });
}

const renderLine = ({ field, change }: Change, numbers: string, effect: string) =>
  `| \`${field}\` | ${change} | ${numbers} | ${effect} |`;

/** Whether the page says of the change, in that shape, what the row does. */
export function pageHas(page: string, { change, shape, effect }: Row): boolean {
  return page
    .split('\n')
    .filter((line) => line.startsWith(`| \`${change.field}\` | ${change.change} |`) && line.endsWith(` | ${effect} |`))
    .some((line) =>
      line
        .split(' | ')[2]
        ?.split(', ')
        .includes(String(numberOf(shape))),
    );
}
