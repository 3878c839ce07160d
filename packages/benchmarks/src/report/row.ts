/** One line of a report: a comparison in words, with its verdict. */
import { type Comparison, median, spread } from '../benchmark.js';

export interface ReportRow {
  benchmark: string;
  name: string;
  ours: string;
  baseline: string;
  /** Ours of the baseline's; a dash where the baseline's is nothing. */
  ratio: string;
  threshold: string;
  isPassed: boolean;
}

/** After the decimal point. */
const DIGITS: Record<Comparison['unit'], number> = { ms: 2, s: 2, tps: 0, kB: 0, MB: 1, '': 0 };

export function toRow(benchmark: string, { name, unit, ours, baseline, labels, threshold }: Comparison): ReportRow {
  const [oursMedian, baselineMedian] = [median(ours), median(baseline)];
  const show = (label: string, values: readonly number[]) =>
    [formatMetric(median(values), unit), values.length > 1 && `±${Math.round(spread(values) * 100)} %`, label]
      .filter(Boolean)
      .join(' ');
  const isPassed = threshold === undefined || threshold.isPassed(oursMedian, baselineMedian);
  return {
    benchmark,
    name,
    ours: show(labels.ours, ours),
    baseline: show(labels.baseline, baseline),
    ratio: baselineMedian === 0 ? '-' : (oursMedian / baselineMedian).toFixed(2),
    threshold: threshold === undefined ? '' : `${isPassed ? 'passed' : 'FAILED'}: ${threshold.text}`,
    isPassed,
  };
}

function formatMetric(value: number, unit: Comparison['unit']): string {
  const digits = DIGITS[unit];
  const text = value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return unit === '' ? text : `${text} ${unit}`;
}
