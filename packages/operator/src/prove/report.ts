/** Writes what was proved as a dated page of Markdown. */
import { NOT_MEASURED } from './not-measured.js';
import type { ProvedExperiment } from './prove.js';

export interface ReportHead {
  readonly environment: string;
  readonly region: string;
  readonly at: Date;
}

export function renderProof(proved: readonly ProvedExperiment[], { environment, region, at }: ReportHead): string {
  const differing = proved.filter(({ status }) => status === 'differs');
  return `${[
    `# What ${environment} proved`,
    `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC, ${region}, Node.js ${process.versions.node}.`,
    '## What differs from the local stack',
    differing.length === 0
      ? 'Nothing that was measured.'
      : [
          '| experiment | here | local stack | setting of the emulator |',
          '| --- | --- | --- | --- |',
          ...differing.map(renderRow),
        ].join('\n'),
    '## Each experiment',
    ...proved.map(renderExperiment),
    '## Not measured by this command',
    NOT_MEASURED.map(({ question, by }) => `- **${question}** ${by}`).join('\n'),
  ].join('\n\n')}\n`;
}

const renderRow = ({ id, observation, local, setting }: ProvedExperiment) =>
  `| ${id} | ${observation?.answer} | ${local} | ${setting === undefined ? 'none yet: report it' : `\`${setting}\``} |`;

function renderExperiment({ id, question, method, status, local, observation, reason }: ProvedExperiment): string {
  return [
    `### ${id}: ${status}`,
    `${question}\n\n${method}`,
    ...(observation === undefined
      ? []
      : [`- **${observation.answer}**${local === undefined ? '' : `; the local stack: ${local}`}`]),
    ...(observation === undefined ? [] : [observation.details.map((detail) => `- ${detail}`).join('\n')]),
    ...(reason === undefined ? [] : [`- ${reason}`]),
  ].join('\n\n');
}
