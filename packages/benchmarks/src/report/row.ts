/** One line of a report: a comparison in words, with its verdict. */
import { type Comparison, median, spread } from '../benchmark.js';

export interface Row {
  benchmark: string;
  name: string;
  ours: string;
  peer: string;
  /** Ours of the peer's; a dash where the peer's is nothing. */
  ratio: string;
  promise: string;
  isKept: boolean;
}

/** After the decimal point. */
const DIGITS: Record<Comparison['unit'], number> = { ms: 2, s: 2, tps: 0, kB: 0, MB: 1, '': 0 };

export function toRow(benchmark: string, { name, unit, ours, peer, labels, promise }: Comparison): Row {
  const [oursMedian, peerMedian] = [median(ours), median(peer)];
  const show = (label: string, values: readonly number[]) =>
    [showFigure(median(values), unit), values.length > 1 && `±${Math.round(spread(values) * 100)} %`, label]
      .filter(Boolean)
      .join(' ');
  const isKept = promise === undefined || promise.isKept(oursMedian, peerMedian);
  return {
    benchmark,
    name,
    ours: show(labels.ours, ours),
    peer: show(labels.peer, peer),
    ratio: peerMedian === 0 ? '-' : (oursMedian / peerMedian).toFixed(2),
    promise: promise === undefined ? '' : `${isKept ? 'kept' : 'BROKEN'}: ${promise.text}`,
    isKept,
  };
}

function showFigure(value: number, unit: Comparison['unit']): string {
  const digits = DIGITS[unit];
  const figure = value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return unit === '' ? figure : `${figure} ${unit}`;
}
