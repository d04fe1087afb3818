import type { Segment } from '@verilens/core';
import { clock, h, scoreText, svg } from '../../shell/dom.ts';

/** More bars than this are drawn pooled: each then shows the highest score of its neighbours. */
const MOST_BARS = 200;

/** Score over time, which also moves the video: by pointer on the drawing, by keyboard on the slider under it. */
export interface Timeline {
  readonly root: HTMLElement;
  show(segments: readonly Segment[], threshold: number, lengthMs: number): void;
  /** Moves the mark, e.g. while the video plays. */
  mark(timeMs: number): void;
}

export function timeline(onSeek: (timeMs: number) => void): Timeline {
  const drawing = svg('svg', { viewBox: '0 0 1000 100', preserveAspectRatio: 'none', role: 'img' });
  const slider = h('input', { type: 'range', min: 0, step: 'any', 'aria-label': 'Time in the video' });
  const end = h('span');
  const now = svg('line', { class: 'now', y1: 0, y2: 100, 'vector-effect': 'non-scaling-stroke' });
  const root = h('div', { class: 'timeline' }, drawing, slider, h('div', { class: 'ends' }, h('span', {}, '0:00'), end));
  let length = 1;

  const mark = (timeMs: number): void => {
    const x = (1000 * Math.min(timeMs, length)) / length;
    now.setAttribute('x1', String(x));
    now.setAttribute('x2', String(x));
    slider.value = String(timeMs);
    slider.setAttribute('aria-valuetext', clock(timeMs));
  };
  const seek = (timeMs: number): void => {
    mark(timeMs);
    onSeek(timeMs);
  };
  slider.addEventListener('input', () => seek(Number(slider.value)));
  const point = (event: PointerEvent): void => {
    const { left, width } = drawing.getBoundingClientRect();
    seek(length * Math.min(1, Math.max(0, (event.clientX - left) / width)));
  };
  drawing.addEventListener('pointerdown', (event) => {
    drawing.setPointerCapture(event.pointerId);
    point(event);
  });
  drawing.addEventListener('pointermove', (event) => {
    if (drawing.hasPointerCapture(event.pointerId)) point(event);
  });
  return {
    root,
    mark,
    show(segments, threshold, lengthMs) {
      length = Math.max(1, lengthMs, ...segments.map(({ endMs }) => endMs));
      const bars = pooled(segments).map(({ startMs, endMs, score }) => {
        const height = Math.max(1.5, score * 100);
        return svg(
          'rect',
          {
            class: score >= threshold ? 'bar above' : 'bar',
            x: (1000 * startMs) / length,
            width: Math.max(2, (1000 * (endMs - startMs)) / length - 1),
            y: 100 - height,
            height,
          },
          svg('title', {}, `${clock(startMs)} to ${clock(endMs)}: score ${scoreText(score)}`),
        );
      });
      const above = segments.filter(({ score }) => score >= threshold).length;
      const y = 100 * (1 - threshold);
      drawing.setAttribute(
        'aria-label',
        `Score over time: ${above} of ${segments.length} moments at or above the threshold of ${scoreText(threshold)}`,
      );
      drawing.replaceChildren(
        ...bars,
        svg('line', { class: 'threshold', x1: 0, x2: 1000, y1: y, y2: y, 'vector-effect': 'non-scaling-stroke' }),
        now,
      );
      slider.max = String(length);
      end.textContent = clock(length);
      mark(0);
    },
  };
}

function pooled(segments: readonly Segment[]): Pick<Segment, 'startMs' | 'endMs' | 'score'>[] {
  const group = Math.max(1, Math.ceil(segments.length / MOST_BARS));
  const bars: Pick<Segment, 'startMs' | 'endMs' | 'score'>[] = [];
  for (let i = 0; i < segments.length; i += group) {
    const part = segments.slice(i, i + group);
    bars.push({
      startMs: part[0]!.startMs,
      endMs: Math.max(...part.map(({ endMs }) => endMs)),
      score: Math.max(...part.map(({ score }) => score)),
    });
  }
  return bars;
}
