import type { Image, TrackState } from '@verilens/core';
import { curve, curveStyle } from './curve.ts';
import { dataUri } from './data-uri.ts';
import { clock } from './format.ts';
import { type Html, html } from './html.ts';
import { pageShell } from './page-shell.ts';
import type { ImageEncoder } from './report-item.ts';

/** An object in one frame. */
export interface TrackedPoint {
  readonly index: number;
  readonly timestampMs: number;
  /** x, y, width, height in pixels. */
  readonly box: readonly [number, number, number, number];
  /** 0..1 */
  readonly confidence: number;
  readonly state: TrackState;
  readonly figures?: Readonly<Record<string, number>>;
}

/** A frame with the box drawn into it. */
export interface TrackedStill {
  readonly image: Image;
  readonly timestampMs: number;
  readonly state: TrackState;
  readonly confidence: number;
}

export interface TrackingReportOptions {
  readonly encode: ImageEncoder;
  /** File name as the reader knows it. */
  readonly name: string;
  readonly plugin: string;
  readonly device: string;
  /** Of a frame in pixels. */
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  readonly stills: readonly TrackedStill[];
  readonly date?: Date;
  readonly generator?: string;
  readonly incomplete?: boolean;
}

const TONES: Readonly<Record<TrackState, string>> = { tracking: 'good', uncertain: 'unsure', lost: 'bad' };
/** Points of the drawn path at most. */
const MOST = 600;

/** Where an object went, how well it was seen and how large it was, as one HTML page that needs nothing else. */
export async function trackingHtml(points: readonly TrackedPoint[], options: TrackingReportOptions): Promise<string> {
  const { name, plugin, device, stills, encode, incomplete, framesPerSecond } = options;
  const count = (state: TrackState): number => points.filter((point) => point.state === state).length;
  const share = (state: TrackState): string => `${Math.round((100 * count(state)) / Math.max(1, points.length))} %`;
  const figures = [...new Set(points.flatMap((point) => Object.keys(point.figures ?? {})))];
  const pictures: Html[] = [];
  for (const still of stills) {
    pictures.push(
      html`<figure class="${TONES[still.state]}"><img src="${await dataUri(still.image, encode)}" alt="Frame at ${clock(still.timestampMs)}, ${still.state}"><figcaption>${clock(still.timestampMs)} · <b>${still.state}</b> · confidence ${still.confidence.toFixed(2)}</figcaption></figure>`,
    );
  }
  const times = points.map((point) => point.timestampMs);
  const drawn = (title: string, value: (point: TrackedPoint) => number | undefined): Html =>
    curve(
      title,
      points.map((point) => ({ at: point.timestampMs, value: value(point) })),
      clock,
    );
  return pageShell({
    title: 'Tracking report',
    date: options.date,
    inputs: 1,
    generator: options.generator,
    style: `${curveStyle}${pageStyle}`,
    head: incomplete === true && html`<p class="warning">The run was interrupted: frames after these were not looked at.</p>`,
    body: [
      html`<article class="input"><h2>${name}</h2>
<p class="facts">${points.length} frames${times.length > 0 && html`, ${clock(times[0]!)} to ${clock(times.at(-1)!)}`} · ${plugin} on ${device} · ${Math.round(framesPerSecond)} frames a second</p>
<p class="counts"><span class="count good">${share('tracking')} tracking</span><span class="count unsure">${share('uncertain')} uncertain</span><span class="count bad">${share('lost')} lost</span></p>
${points.length > 0 && html`<section><h3>Path of the middle</h3>${path(points, options)}</section>`}
${pictures.length > 0 && html`<section><h3>Frames</h3><div class="frames">${pictures}</div></section>`}
<section><h3>Over time</h3>${[
        drawn('confidence', (point) => point.confidence),
        drawn('size (pixels)', ({ box: [, , width, height] }) => Math.sqrt(width * height)),
        ...figures.map((figure) => drawn(words(figure), (point) => point.figures?.[figure])),
      ]}</section></article>`,
      html`<article class="meaning"><h2>What this means</h2><p>Tracking: seen in the frame. Uncertain: followed, but half hidden, turned or blurred; nothing was learnt from it. Lost: not seen; the box is the last one held. Confidence is a measure of the method, not a probability that the box is right: a tracker can be sure of the wrong thing. Look at the frames.</p></article>`,
    ],
  });
}

const pageStyle = `
.path svg{display:block;width:100%;max-height:24rem;background:var(--soft);border:1px solid var(--line);border-radius:.5rem}
.path polyline{fill:none;stroke-width:2;stroke:var(--tone)}.path circle{fill:var(--tone)}.path text{fill:var(--dim);font-size:12px}
.frames{display:grid;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr));gap:1rem}.frames img{display:block;width:100%;border-radius:.4rem}.frames b{color:var(--tone)}
`;

/** The path in the frame, in pieces of one state, coloured by it. */
function path(points: readonly TrackedPoint[], { width, height }: TrackingReportOptions): Html {
  const step = Math.max(1, Math.ceil(points.length / MOST));
  const shown = points.filter((_, i) => i % step === 0 || i === points.length - 1);
  const place = ({ box: [x, y, w, h] }: TrackedPoint): string => `${(x + w / 2).toFixed(1)},${(y + h / 2).toFixed(1)}`;
  const pieces: { readonly state: TrackState; readonly points: TrackedPoint[] }[] = [];
  for (const point of shown) {
    const last = pieces.at(-1);
    if (last?.state === point.state) last.points.push(point);
    else pieces.push({ state: point.state, points: last === undefined ? [point] : [last.points.at(-1)!, point] });
  }
  const [first, end] = [points[0]!, points.at(-1)!];
  const dot = (point: TrackedPoint, label: string): Html => {
    const [x, y] = place(point).split(',') as [string, string];
    return html`<g class="${TONES[point.state]}"><circle cx="${x}" cy="${y}" r="${Math.max(3, width / 200)}"><title>${label} at ${clock(point.timestampMs)}</title></circle></g>`;
  };
  return html`<div class="path"><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Path of the object's middle through the frame, from ${place(first)} to ${place(end)}">
${pieces.map((piece) => html`<g class="${TONES[piece.state]}"><polyline points="${piece.points.map(place).join(' ')}" vector-effect="non-scaling-stroke"/></g>`)}
${dot(first, 'first')}${dot(end, 'last')}</svg></div>`;
}

/** `peakToSidelobe` as words. */
function words(name: string): string {
  return name.replace(/([A-Z])/g, ' $1').toLowerCase();
}
