import type { Segment } from '@verilens/core';
import { clock } from './format.ts';
import { type Html, html } from './html.ts';
import { score as scoreText } from './verdict.ts';

/** More bars than this are drawn pooled: each bar then shows the highest score of its neighbours. */
const maxBars = 240;

export interface TimelineBar extends Segment {
  /** How many segments the bar stands for. */
  readonly count: number;
}

/** Segments of one person's track, pooled by maximum to at most `limit` bars, in time order. */
export function timelineBars(segments: readonly Segment[], limit: number = maxBars): readonly TimelineBar[] {
  const sorted = segments
    .filter((segment) => [segment.startMs, segment.endMs, segment.score].every(Number.isFinite))
    .toSorted((a, b) => a.startMs - b.startMs);
  const group = Math.max(1, Math.ceil(sorted.length / limit));
  const bars: TimelineBar[] = [];
  for (let i = 0; i < sorted.length; i += group) {
    const part = sorted.slice(i, i + group);
    bars.push({
      startMs: part[0]!.startMs,
      endMs: Math.max(...part.map((segment) => segment.endMs)),
      score: Math.max(...part.map((segment) => segment.score)),
      count: part.length,
    });
  }
  return bars;
}

/** Score over time, one row for each person's track. Drawn as SVG, with each bar's time and score on hover. */
export function timeline(segments: readonly Segment[], threshold: number, durationMs?: number): Html {
  const tracks = [...new Set(segments.map((segment) => segment.trackId))].sort((a, b) => (a ?? -1) - (b ?? -1));
  const end = Math.max(durationMs ?? 0, ...segments.map((segment) => segment.endMs).filter(Number.isFinite), 1);
  return html`<div class="timeline">${tracks.map((track) => {
    const own = segments.filter((segment) => segment.trackId === track);
    return trackRow(own, threshold, end, tracks.length > 1 && track !== undefined ? `Face ${track + 1}` : undefined);
  })}
<div class="axis" aria-hidden="true">${ticks(end).map((at) => html`<span style="left:${((at / end) * 100).toFixed(2)}%">${end < 6000 ? clock(at) : clock(at).replace(/\.0$/, '')}</span>`)}</div>
</div>`;
}

function trackRow(segments: readonly Segment[], threshold: number, end: number, name?: string): Html {
  const bars = timelineBars(segments);
  const pooled = bars.some((bar) => bar.count > 1);
  const above = segments.filter((segment) => segment.score >= threshold).length;
  const summary = `${name ?? 'Score over time'}: ${above} of ${segments.length} segments at or above the threshold of ${scoreText(threshold)}`;
  return html`<figure class="track">
<figcaption>${name && html`<b>${name}</b> `}<span>${above} of ${segments.length} segments at or above the threshold${pooled && html`; each bar is the highest of ${bars[0]!.count} segments`}</span></figcaption>
<div class="plot">
<svg viewBox="0 0 1000 100" preserveAspectRatio="none" role="img" aria-label="${summary}">
<rect class="ground" width="1000" height="100"/>
${bars.map((bar, index) => barShape(bar, bars[index + 1], threshold, end))}
<line class="threshold" x1="0" x2="1000" y1="${y(threshold)}" y2="${y(threshold)}" vector-effect="non-scaling-stroke"/>
</svg>
<span class="threshold-label" style="top:${((1 - threshold) * 100).toFixed(1)}%" aria-hidden="true">${scoreText(threshold)}</span>
</div></figure>`;
}

function barShape(bar: TimelineBar, next: TimelineBar | undefined, threshold: number, end: number): Html {
  // Segments may overlap in time: each is drawn up to the start of the next, so that none hides another.
  const until = Math.max(bar.startMs, Math.min(bar.endMs, next?.startMs ?? bar.endMs));
  const x = (bar.startMs / end) * 1000;
  const width = Math.max(0.8, ((until - bar.startMs) / end) * 1000 - 0.6);
  const tone = bar.score >= threshold ? 'over' : 'under';
  const title = `${clock(bar.startMs)} to ${clock(bar.endMs)}: score ${scoreText(bar.score)}${bar.count > 1 ? ` (highest of ${bar.count})` : ''}`;
  const height = Math.max(1.2, bar.score * 100);
  return html`<g class="bar ${tone}"><rect class="hit" x="${x.toFixed(2)}" y="0" width="${width.toFixed(2)}" height="100"/><rect class="value" x="${x.toFixed(2)}" y="${(100 - height).toFixed(2)}" width="${width.toFixed(2)}" height="${height.toFixed(2)}"/><title>${title}</title></g>`;
}

function y(value: number): string {
  return (100 - Math.min(1, Math.max(0, value)) * 100).toFixed(2);
}

/** Four to seven round times over the length. */
function ticks(end: number): readonly number[] {
  const steps = [
    100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000, 7_200_000,
  ];
  const step = steps.find((candidate) => end / candidate <= 6) ?? Math.ceil(end / 6);
  const at: number[] = [];
  for (let time = 0; time <= end * 0.97; time += step) at.push(time);
  return at;
}
