import type { TrainProgress } from '@verilens/core';
import { curve, curveStyle } from './curve.ts';
import { html, raw } from './html.ts';
import { style } from './style.ts';

/** A moment of training, as `onProgress` tells it. */
export type CurvePoint = Pick<TrainProgress, 'step' | 'loss' | 'learningRate' | 'metrics'>;

export interface CurvesOptions {
  /** Heading of the page, e.g. the plugin and its preset. */
  readonly title: string;
  /** A line under the heading, e.g. the device and when. */
  readonly subtitle?: string;
}

/** Training curves as one self-contained page: loss, every metric, learning rate. It needs no network and no script. */
export function curvesHtml(points: readonly CurvePoint[], options: CurvesOptions): string {
  const known = points.filter(({ step }) => Number.isFinite(step)).toSorted((a, b) => a.step - b.step);
  const metrics = [...new Set(known.flatMap((point) => Object.keys(point.metrics)))];
  const drawn = (name: string, value: (point: CurvePoint) => number | undefined): ReturnType<typeof curve> =>
    curve(
      name,
      known.map((point) => ({ at: point.step, value: value(point) })),
      (step) => `step ${Math.round(step)}`,
    );
  const curves = [
    drawn('loss', (point) => point.loss),
    ...metrics.map((name) => drawn(name, (point) => point.metrics[name])),
    drawn('learning rate', (point) => point.learningRate),
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
