/** Draws the chart of the terminal as a picture: SVG that a browser, a README and a slide show without anything else. */
import { type BreakEven, type EndpointLine, type Line, roundUp, usdAt } from './break-even.js';

const WIDTH = 840;
const HEIGHT = 500;
const PLOT = { left: 64, right: 640, top: 72, bottom: 440 } as const;
/** Of Paul Tol's bright scheme, which people with any colour vision tell apart. */
const NAT_COLOUR = '#cc3311';
const COLOURS = ['#4477aa', '#0099bb', '#228833', '#aa8800', '#aa3377'] as const;
/** Between the labels at the ends of lines, so that none covers another. */
const LABEL_HEIGHT = 16;

interface Labelled {
  readonly line: Line;
  readonly label: string;
  readonly colour: string;
  readonly isNat: boolean;
}

/** @param region Whose prices these are. */
export function breakEvenSvg(breakEven: BreakEven, region: string): string {
  const { nat, endpoints, mostGigabytes, zones } = breakEven;
  const lines: Labelled[] = [
    ...endpoints.map((line, index) => ({
      line,
      label: `${line.services} ${line.services === 1 ? 'service' : 'services'}`,
      colour: COLOURS[index % COLOURS.length] ?? COLOURS[0],
      isNat: false,
    })),
    { line: nat, label: 'one NAT gateway', colour: NAT_COLOUR, isNat: true },
  ];
  const mostUsd = roundUp(Math.max(...lines.map(({ line }) => usdAt(line, mostGigabytes))));
  const x = (gigabytes: number) => round(PLOT.left + (gigabytes / mostGigabytes) * (PLOT.right - PLOT.left));
  const y = (usd: number) => round(PLOT.bottom - (usd / mostUsd) * (PLOT.bottom - PLOT.top));
  const inZones = `${zones} ${zones === 1 ? 'zone' : 'zones'}`;
  const title = 'Interface endpoints or a NAT gateway: USD a month by GB';
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" font-family="system-ui, sans-serif" font-size="13" fill="#222222">`,
    `<title>${title}</title>`,
    `<desc>${endpoints.map((line) => `${line.services}: ${describe(line)}.`).join(' ')}</desc>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    `<text x="${PLOT.left}" y="28" font-size="17" font-weight="600">${title}</text>`,
    `<text x="${PLOT.left}" y="50" fill="#555555">Endpoints for 1 to ${endpoints.length} services in ${inZones}. List prices of ${region}. A circle: from there on the endpoints are cheaper.</text>`,
    ...grid(mostUsd, (usd) => {
      const at = y(usd);
      return `<line x1="${PLOT.left}" x2="${PLOT.right}" y1="${at}" y2="${at}" stroke="#e5e5e5"/><text x="${PLOT.left - 8}" y="${at + 4}" text-anchor="end">${round(usd)}</text>`;
    }),
    ...grid(mostGigabytes, (gigabytes) => {
      const at = x(gigabytes);
      return `<line x1="${at}" x2="${at}" y1="${PLOT.bottom}" y2="${PLOT.bottom + 5}" stroke="#888888"/><text x="${at}" y="${PLOT.bottom + 20}" text-anchor="middle">${gigabytes.toLocaleString('en')}</text>`;
    }),
    `<line x1="${PLOT.left}" x2="${PLOT.right}" y1="${PLOT.bottom}" y2="${PLOT.bottom}" stroke="#888888"/>`,
    `<text x="${(PLOT.left + PLOT.right) / 2}" y="${PLOT.bottom + 44}" text-anchor="middle">GB a month</text>`,
    ...lines.map(
      ({ line, colour, isNat }) =>
        `<line x1="${x(0)}" y1="${y(line.usd)}" x2="${x(mostGigabytes)}" y2="${y(usdAt(line, mostGigabytes))}" stroke="${colour}" stroke-width="${isNat ? 3.5 : 2}"/>`,
    ),
    ...endpoints.flatMap((line) => crossing(line, x, y)),
    ...labels(lines, (line) => y(usdAt(line, mostGigabytes))),
    '</svg>',
    '',
  ].join('\n');
}

function grid(most: number, draw: (value: number) => string): string[] {
  return [0, 0.2, 0.4, 0.6, 0.8, 1].map((share) => draw(share * most));
}

function crossing(line: EndpointLine, x: (gigabytes: number) => number, y: (usd: number) => number): string[] {
  if (!('fromGigabytes' in line.cheaper)) return [];
  const { fromGigabytes } = line.cheaper;
  const [cx, cy] = [x(fromGigabytes), y(usdAt(line, fromGigabytes))];
  return [
    `<circle cx="${cx}" cy="${cy}" r="5" fill="#ffffff" stroke="${NAT_COLOUR}" stroke-width="2"/>`,
    `<text x="${cx + 4}" y="${cy + 21}" font-size="12">${fromGigabytes.toLocaleString('en')} GB</text>`,
  ];
}

/** At the ends of their lines, moved apart downwards. */
function labels(lines: readonly Labelled[], endOf: (line: Line) => number): string[] {
  let free = 0;
  return lines
    .map((one) => ({ ...one, end: endOf(one.line) }))
    .toSorted((one, other) => one.end - other.end)
    .map(({ label, colour, isNat, end }) => {
      const at = Math.max(end, free);
      free = at + LABEL_HEIGHT;
      return `<text x="${PLOT.right + 10}" y="${round(at + 4)}" fill="${colour}"${isNat ? ' font-weight="600"' : ''}>${label}</text>`;
    });
}

function describe({ cheaper }: EndpointLine): string {
  if ('fromGigabytes' in cheaper) return `endpoints are cheaper from ${cheaper.fromGigabytes} GB on`;
  return cheaper.kind === 'endpoints' ? 'endpoints are always cheaper' : 'a NAT gateway is always cheaper';
}

const round = (value: number) => Math.round(value * 10) / 10;
