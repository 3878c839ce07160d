/** Writes packages/backend/docs/shapes.md. */
import type { Facts, Proof, Step } from './steps.js';

export interface ShapeFacts extends Facts {
  readonly title: string;
}

const NOT_THERE = '–';

export function renderPage(steps: readonly Step[], shapes: readonly ShapeFacts[]): string {
  const columns = [...new Set(steps.map(({ column }) => column))];
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const line = (cells: readonly string[]) => row(cells.map(() => '---'));
  const shapesHead = ['number', 'shape', ...columns];
  const stepsHead = ['step', 'shapes', 'what proves it here', 'what only AWS can show'];
  return `# From nothing to an answered request

Each shape of an environment, each step of its deployments, and what proves the step without AWS. A test generates this page from
the templates of each shape, and checks that each test that is named exists:

    npx vitest run --project backend-infra packages/backend/test/infra/shapes -u

- **T**: a test of the synthesized templates.
- **M**: the real \`ampx\`, or the command that is named, against moto, an emulator of AWS.
- **P**: the code that is deployed, run against a real PostgreSQL.
- **D**: a document of AWS. Nothing here has tried it.
- ${NOT_THERE}: the shape has no such step.

Nothing of this has been deployed to AWS for the page. What only AWS can show is in the second table.

## Shapes

${[shapesHead].map(row).join('')}
${line(shapesHead)}
${shapes.map((shape, index) => row([String(index + 1), shape.title, ...columns.map((column) => cellOf(column, steps, shape))])).join('\n')}

## Steps

${row(stepsHead)}
${line(stepsHead)}
${steps.map((step) => row([`${step.column}: ${step.what}`, numbersOf(step, shapes), step.proofs.map(renderProof).join('<br>'), step.onlyAws])).join('\n')}
`;
}

function cellOf(column: string, steps: readonly Step[], shape: Facts): string {
  const kinds = steps
    .filter((step) => step.column === column && step.applies(shape))
    .flatMap(({ proofs }) => proofs.map(({ kind }) => kind));
  return [...new Set(kinds)].join(' ') || NOT_THERE;
}

function numbersOf({ applies }: Step, shapes: readonly Facts[]): string {
  const numbers = shapes.flatMap((shape, index) => (applies(shape) ? [index + 1] : []));
  return numbers.length === shapes.length ? 'all' : numbers.join(', ');
}

const renderProof = ({ kind, where, title }: Proof) =>
  title === undefined ? `${kind}: <${where}>` : `${kind}: [${title}](../../${where})`;
