// Draws the curves of committed results (packages/plugins/*/results/evidence.json) as SVG beside them.

/** An `EvidenceCurve` of core, as the results hold it. */
export interface Curve {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly { readonly name: string; readonly x: readonly number[]; readonly y: readonly number[] }[];
}

const WIDTH = 860;
const HEIGHT = 360;
const MARGIN = { left: 62, right: 240, top: 34, bottom: 46 };
/** Okabe and Ito's colours, which colour-blind people tell apart; the first series is black and thick. */
const COLOURS = ['#000000', '#d55e00', '#0072b2', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#7f7f7f'];
const DASHES = ['', '7 3', '2 3', '9 3 2 3'];

export const curveFile = ({ title }: Curve): string => `${title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}.svg`;

/** A picture of its own: white behind, whatever page it is shown on. */
export function curveSvg({ title, xLabel, yLabel, series }: Curve): string {
  const xs = series.flatMap((one) => one.x);
  const ys = series.flatMap((one) => one.y);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [low, high] = [Math.min(...ys), Math.max(...ys)];
  const bottom = HEIGHT - MARGIN.bottom;
  const x = (value: number): string =>
    (MARGIN.left + ((value - left) / (right - left || 1)) * (WIDTH - MARGIN.left - MARGIN.right)).toFixed(1);
  const y = (value: number): string => (bottom - ((value - low) / (high - low || 1)) * (bottom - MARGIN.top)).toFixed(1);
  const ticks = (from: number, to: number): number[] => Array.from({ length: 5 }, (_, i) => from + ((to - from) * i) / 4);
  const line = (i: number): string => {
    const dash = DASHES[i % DASHES.length]!;
    return `fill="none" stroke="${COLOURS[i % COLOURS.length]!}" stroke-width="${i === 0 ? 3 : 1.8}"${dash === '' ? '' : ` stroke-dasharray="${dash}"`}`;
  };
  const key = WIDTH - MARGIN.right + 16;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" font-family="system-ui, sans-serif" font-size="13" fill="#222">`,
    `<title>${escaped(`${title}: ${series.map(({ name }) => name).join(', ')}`)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${MARGIN.left}" y="20" font-weight="600">${escaped(title)}</text>`,
    ...ticks(low, high).map(
      (tick) =>
        `<path d="M${MARGIN.left} ${y(tick)}H${WIDTH - MARGIN.right}" stroke="#ddd"/><text x="${MARGIN.left - 8}" y="${y(tick)}" dy="4" text-anchor="end">${(Math.round(10 * tick) / 10 + 0).toFixed(1)}</text>`,
    ),
    ...ticks(left, right).map((tick) => `<text x="${x(tick)}" y="${bottom + 18}" text-anchor="middle">${tick.toFixed(2)}</text>`),
    `<text x="${(MARGIN.left + WIDTH - MARGIN.right) / 2}" y="${HEIGHT - 8}" text-anchor="middle">${escaped(xLabel)}</text>`,
    `<text x="16" y="${(MARGIN.top + bottom) / 2}" text-anchor="middle" transform="rotate(-90 16 ${(MARGIN.top + bottom) / 2})">${escaped(yLabel)}</text>`,
    ...series.map((one, i) => `<polyline ${line(i)} points="${one.x.map((value, k) => `${x(value)},${y(one.y[k]!)}`).join(' ')}"/>`),
    ...series.flatMap(({ name }, i) => [
      `<path ${line(i)} d="M${key} ${MARGIN.top + 12 + 22 * i}h34"/>`,
      `<text x="${key + 42}" y="${MARGIN.top + 16 + 22 * i}">${escaped(name)}</text>`,
    ]),
    '</svg>\n',
  ].join('\n');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
