import type { EvidenceCurve } from '@verilens/core';
import { type Html, html } from './html.ts';

const WIDTH = 640;
const HEIGHT = 260;
const MARGIN = { left: 52, right: 12, top: 10, bottom: 34 };
/** The input's own curve, then those it is compared with: told apart by dashes as well as by colour. */
const LOOKS = ['own', 'first', 'second', 'third'] as const;

/** Evidence that is a curve, with the curves it is compared with. */
export function evidenceCurves(curves: readonly EvidenceCurve[]): Html {
  return html`${curves.map(plot)}`;
}

function plot({ title, xLabel, yLabel, series, model }: EvidenceCurve): Html {
  const drawn = series.map((one) => ({ ...one, points: finite(one.x, one.y) })).filter(({ points }) => points.length > 1);
  if (drawn.length === 0) return html``;
  const xs = drawn.flatMap(({ points }) => points.map(([x]) => x));
  const ys = drawn.flatMap(({ points }) => points.map(([, y]) => y));
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [low, high] = [Math.min(...ys), Math.max(...ys)];
  const x = (value: number): number => MARGIN.left + ((value - left) / (right - left || 1)) * (WIDTH - MARGIN.left - MARGIN.right);
  const y = (value: number): number => HEIGHT - MARGIN.bottom - ((value - low) / (high - low || 1)) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const ticks = (from: number, to: number): number[] => Array.from({ length: 5 }, (_, i) => from + ((to - from) * i) / 4);
  return html`<figure class="curve-plot"><figcaption><b>${title}</b>${model && html` <span>${model}</span>`}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}: ${drawn.map(({ name }) => name).join(', ')}">
${ticks(low, high).map((tick) => html`<line class="grid" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${y(tick).toFixed(1)}" y2="${y(tick).toFixed(1)}"/><text x="${MARGIN.left - 6}" y="${(y(tick) + 4).toFixed(1)}" text-anchor="end">${tick.toFixed(1)}</text>`)}
${ticks(left, right).map((tick) => html`<text x="${x(tick).toFixed(1)}" y="${HEIGHT - MARGIN.bottom + 16}" text-anchor="middle">${tick.toFixed(2)}</text>`)}
<text x="${(WIDTH + MARGIN.left) / 2}" y="${HEIGHT - 3}" text-anchor="middle">${xLabel}</text>
<text x="12" y="${HEIGHT / 2}" text-anchor="middle" transform="rotate(-90 12 ${HEIGHT / 2})">${yLabel}</text>
${drawn.map(({ points }, i) => html`<polyline class="${LOOKS[i % LOOKS.length]!}" points="${points.map(([px, py]) => `${x(px).toFixed(1)},${y(py).toFixed(1)}`).join(' ')}"/>`)}
</svg><ul class="keys">${drawn.map(({ name }, i) => html`<li><svg viewBox="0 0 28 8" aria-hidden="true"><line class="${LOOKS[i % LOOKS.length]!}" x1="0" x2="28" y1="4" y2="4"/></svg>${name}</li>`)}</ul></figure>`;
}

function finite(xs: readonly number[], ys: readonly number[]): (readonly [number, number])[] {
  return xs.flatMap((x, i) => (Number.isFinite(x) && Number.isFinite(ys[i]) ? [[x, ys[i]!] as const] : []));
}
