import { type Html, html } from './html.ts';

/** More points than this are drawn pooled: each then shows the mean of its neighbours, with their range behind. */
const MOST = 400;
const WIDTH = 1000;
const HEIGHT = 220;

export const curveStyle = `
.curve{margin-top:2rem}.curve figcaption{display:flex;justify-content:space-between;gap:1rem;margin-bottom:.4rem}.curve b{color:var(--ink)}
.curve svg{display:block;width:100%;height:13rem;background:var(--sheet);border:1px solid var(--line);border-radius:.5rem}
.curve .range{fill:var(--accent);opacity:.18}.curve .line{fill:none;stroke:var(--accent);stroke-width:2}.curve .grid{stroke:var(--line)}
.curve .axis{display:flex;justify-content:space-between}
`;

/** A value at a place of the horizontal axis: a step, a time. */
export interface CurveValue {
  readonly at: number;
  readonly value: number | undefined;
}

interface Pooled {
  readonly at: number;
  readonly low: number;
  readonly mean: number;
  readonly high: number;
}

/** Values in order, pooled to at most `limit`; what is not finite is left out. */
export function pooled(values: readonly CurveValue[], limit: number = MOST): readonly Pooled[] {
  const pairs = values.flatMap(({ at, value }) => (value !== undefined && Number.isFinite(value) ? [[at, value] as const] : []));
  const group = Math.max(1, Math.ceil(pairs.length / limit));
  const found: Pooled[] = [];
  for (let i = 0; i < pairs.length; i += group) {
    const part = pairs.slice(i, i + group);
    const heights = part.map(([, v]) => v);
    found.push({
      at: part.reduce((sum, [at]) => sum + at, 0) / part.length,
      low: Math.min(...heights),
      mean: heights.reduce((sum, v) => sum + v, 0) / heights.length,
      high: Math.max(...heights),
    });
  }
  return found;
}

/** A line with its first, last, lowest and highest value; nothing when there is no value. `show` writes a place of the axis. */
export function curve(name: string, values: readonly CurveValue[], show: (at: number) => string): Html {
  const drawn = pooled(values);
  if (drawn.length === 0) return html``;
  const low = Math.min(...drawn.map((point) => point.low));
  const high = Math.max(...drawn.map((point) => point.high));
  const [from, to] = [drawn[0]!.at, drawn.at(-1)!.at];
  const x = (at: number): string => (to === from ? WIDTH / 2 : ((at - from) / (to - from)) * WIDTH).toFixed(1);
  const y = (v: number): string => (high === low ? HEIGHT / 2 : HEIGHT - 8 - ((v - low) / (high - low)) * (HEIGHT - 16)).toFixed(1);
  const line = drawn.map((point) => `${x(point.at)},${y(point.mean)}`).join(' ');
  const range = [
    ...drawn.map((point) => `${x(point.at)},${y(point.high)}`),
    ...drawn.toReversed().map((point) => `${x(point.at)},${y(point.low)}`),
  ].join(' ');
  const last = drawn.at(-1)!.mean;
  return html`<figure class="curve"><figcaption><b>${name}</b><span>first ${short(drawn[0]!.mean)}, last ${short(last)}, lowest ${short(low)}, highest ${short(high)}</span></figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${name} from ${show(from)} to ${show(to)}: first ${short(drawn[0]!.mean)}, last ${short(last)}">
<line class="grid" x1="0" x2="${WIDTH}" y1="${HEIGHT / 2}" y2="${HEIGHT / 2}" vector-effect="non-scaling-stroke"/>
<polygon class="range" points="${range}"/><polyline class="line" points="${line}" vector-effect="non-scaling-stroke"/></svg>
<figcaption class="axis" aria-hidden="true"><span>${show(from)}</span><span>${show(to)}</span></figcaption></figure>`;
}

/** Four significant digits. */
function short(v: number): string {
  return v === 0 || (Math.abs(v) >= 1e-3 && Math.abs(v) < 1e5) ? String(Number(v.toPrecision(4))) : v.toExponential(2);
}
