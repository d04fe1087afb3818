import { type Html, html } from './html.ts';

/** Accuracies after one session, 0..1. */
export interface SessionPoint {
  readonly name: string;
  /** Over all classes known by then. */
  readonly all: number;
  /** Over those of the first session alone. */
  readonly first?: number;
  /** Over those of later sessions. Left out while there are none. */
  readonly later?: number;
}

const WIDTH = 1000;
const HEIGHT = 260;
const EDGE = 14;
/** More names than this are not written below the curve. */
const MOST_NAMES = 12;
const LINES = [
  { key: 'all', name: 'all classes known by then' },
  { key: 'first', name: 'classes of the first session' },
  { key: 'later', name: 'classes of later sessions' },
] as const;

/** Accuracy session after session, on a scale of 0 to 1 whatever the values. */
export function sessionCurve(points: readonly SessionPoint[]): Html {
  const x = (at: number): number => (points.length === 1 ? WIDTH / 2 : EDGE + (at / (points.length - 1)) * (WIDTH - 2 * EDGE));
  const y = (value: number): number => HEIGHT - EDGE - value * (HEIGHT - 2 * EDGE);
  const drawn = LINES.map(({ key, name }) => ({
    key,
    name,
    points: points.flatMap((point, at) => (point[key] === undefined ? [] : [{ at, value: point[key] }])),
  })).filter((line) => line.points.length > 0);
  const every = Math.ceil(points.length / MOST_NAMES);
  return html`<figure class="sessions">
<figcaption>${drawn.map(({ key, name, points: own }) => html`<span class="key ${key}"><i></i>${name} <b>${percent(own.at(-1)!.value)}</b></span>`)}</figcaption>
<div class="chart"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${points.map(({ name, all }) => `${name}: ${percent(all)}`).join('; ')}">
${[0, 0.25, 0.5, 0.75, 1].map((level) => html`<line class="grid" x1="0" x2="${WIDTH}" y1="${y(level).toFixed(1)}" y2="${y(level).toFixed(1)}" vector-effect="non-scaling-stroke"/>`)}
${drawn.map(({ key, points: own }) => html`<polyline class="line ${key}" points="${own.map(({ at, value }) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(' ')}" vector-effect="non-scaling-stroke"/>`)}
</svg>${drawn.map(({ key, name, points: own }) =>
    own.map(
      ({ at, value }) =>
        html`<span class="dot ${key}" style="left:${((x(at) / WIDTH) * 100).toFixed(2)}%;top:${((y(value) / HEIGHT) * 100).toFixed(2)}%" title="${points[at]!.name}, ${name}: ${percent(value)}"></span>`,
    ),
  )}<span class="level" style="top:${((y(1) / HEIGHT) * 100).toFixed(2)}%">100 %</span><span class="level" style="top:${((y(0.5) / HEIGHT) * 100).toFixed(2)}%">50 %</span><span class="level" style="top:${((y(0) / HEIGHT) * 100).toFixed(2)}%">0 %</span></div>
<div class="names" aria-hidden="true">${points.flatMap(({ name }, at) => (at % every === 0 ? [html`<span style="left:${((x(at) / WIDTH) * 100).toFixed(2)}%">${name}</span>`] : []))}</div></figure>`;
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
