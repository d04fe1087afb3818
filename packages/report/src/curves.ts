import type { TrainProgress } from '@verilens/core';
import { type Html, html, raw } from './html.ts';
import { style } from './style.ts';

/** A moment of training, as `onProgress` tells it. */
export type CurvePoint = Pick<TrainProgress, 'step' | 'loss' | 'learningRate' | 'metrics'>;

export interface CurvesOptions {
  /** Heading of the page, e.g. the plugin and its preset. */
  readonly title: string;
  /** A line under the heading, e.g. the device and when. */
  readonly subtitle?: string;
}

/** More points than this are drawn pooled: each then shows the mean of its neighbours, with their range behind. */
const MOST = 400;
const WIDTH = 1000;
const HEIGHT = 220;

/** Training curves as one self-contained page: loss, every metric, learning rate. It needs no network and no script. */
export function curvesHtml(points: readonly CurvePoint[], options: CurvesOptions): string {
  const known = points.filter(({ step }) => Number.isFinite(step)).toSorted((a, b) => a.step - b.step);
  const metrics = [...new Set(known.flatMap((point) => Object.keys(point.metrics)))];
  const curves = [
    curve('loss', known, (point) => point.loss),
    ...metrics.map((name) => curve(name, known, (point) => point.metrics[name])),
    curve('learning rate', known, (point) => point.learningRate),
  ];
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${options.title}</title>
<style>${raw(style)}${raw(curveStyle)}</style></head>
<body><main><header class="top"><h1>${options.title}</h1>${options.subtitle && html`<p class="dim">${options.subtitle}</p>`}</header>
${known.length === 0 ? html`<p>No step was recorded.</p>` : curves}
</main></body></html>
`;
  return page.html;
}

const curveStyle = `
.curve{margin-top:2rem}.curve figcaption{display:flex;justify-content:space-between;gap:1rem;margin-bottom:.4rem}.curve b{color:var(--ink)}
.curve svg{display:block;width:100%;height:13rem;background:var(--sheet);border:1px solid var(--line);border-radius:.5rem}
.curve .range{fill:var(--accent);opacity:.18}.curve .line{fill:none;stroke:var(--accent);stroke-width:2}.curve .grid{stroke:var(--line)}
.curve .axis{display:flex;justify-content:space-between}
`;

interface Pooled {
  readonly step: number;
  readonly low: number;
  readonly mean: number;
  readonly high: number;
}

/** Values by step, pooled to at most `limit`; what is not finite is left out. */
export function pooled(
  points: readonly CurvePoint[],
  value: (point: CurvePoint) => number | undefined,
  limit: number = MOST,
): readonly Pooled[] {
  const pairs = points.flatMap((point) => {
    const v = value(point);
    return v !== undefined && Number.isFinite(v) ? [[point.step, v] as const] : [];
  });
  const group = Math.max(1, Math.ceil(pairs.length / limit));
  const found: Pooled[] = [];
  for (let i = 0; i < pairs.length; i += group) {
    const part = pairs.slice(i, i + group);
    const values = part.map(([, v]) => v);
    found.push({
      step: part.reduce((sum, [step]) => sum + step, 0) / part.length,
      low: Math.min(...values),
      mean: values.reduce((sum, v) => sum + v, 0) / values.length,
      high: Math.max(...values),
    });
  }
  return found;
}

function curve(name: string, points: readonly CurvePoint[], value: (point: CurvePoint) => number | undefined): Html {
  const drawn = pooled(points, value);
  if (drawn.length === 0) return html``;
  const low = Math.min(...drawn.map((point) => point.low));
  const high = Math.max(...drawn.map((point) => point.high));
  const [from, to] = [drawn[0]!.step, drawn.at(-1)!.step];
  const x = (step: number): string => (to === from ? WIDTH / 2 : ((step - from) / (to - from)) * WIDTH).toFixed(1);
  const y = (v: number): string => (high === low ? HEIGHT / 2 : HEIGHT - 8 - ((v - low) / (high - low)) * (HEIGHT - 16)).toFixed(1);
  const line = drawn.map((point) => `${x(point.step)},${y(point.mean)}`).join(' ');
  const range = [
    ...drawn.map((point) => `${x(point.step)},${y(point.high)}`),
    ...drawn.toReversed().map((point) => `${x(point.step)},${y(point.low)}`),
  ].join(' ');
  const last = drawn.at(-1)!.mean;
  return html`<figure class="curve"><figcaption><b>${name}</b><span>first ${short(drawn[0]!.mean)}, last ${short(last)}, lowest ${short(low)}, highest ${short(high)}</span></figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${name} from step ${Math.round(from)} to ${Math.round(to)}: first ${short(drawn[0]!.mean)}, last ${short(last)}">
<line class="grid" x1="0" x2="${WIDTH}" y1="${HEIGHT / 2}" y2="${HEIGHT / 2}" vector-effect="non-scaling-stroke"/>
<polygon class="range" points="${range}"/><polyline class="line" points="${line}" vector-effect="non-scaling-stroke"/></svg>
<figcaption class="axis" aria-hidden="true"><span>step ${Math.round(from)}</span><span>step ${Math.round(to)}</span></figcaption></figure>`;
}

/** Four significant digits. */
function short(v: number): string {
  return v === 0 || (Math.abs(v) >= 1e-3 && Math.abs(v) < 1e5) ? String(Number(v.toPrecision(4))) : v.toExponential(2);
}
