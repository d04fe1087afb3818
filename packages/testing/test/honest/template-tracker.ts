import type { Box, Image, Plugin, VideoFrame } from '@verilens/core';
import { bad, plugin } from './base.ts';

/** Looks for the first box's pixels within 6 pixels of the last place. */
export const templateTracker: () => Plugin<'tracker'> = plugin('template-tracker', 'tracker', (own) => {
  let target: { readonly first: Image; readonly origin: Box; box: Box; timestampMs: number } | undefined;
  /** Mean absolute difference of the template laid at `box`, 0..1. */
  const difference = (image: Image, box: Box): number => {
    const { first, origin } = target!;
    let [sum, count] = [0, 0];
    for (let v = 0; v < origin.height; v++) {
      for (let u = 0; u < origin.width; u++) {
        const [x, y] = [box.x + u, box.y + v];
        count++;
        if (x < 0 || y < 0 || x >= image.width || y >= image.height) sum += 1;
        else sum += Math.abs(image.data[(y * image.width + x) * 4]! - first.data[((origin.y + v) * first.width + origin.x + u) * 4]!) / 255;
      }
    }
    return sum / count;
  };
  return {
    ...own,
    init: ({ image, timestampMs }: VideoFrame, box, options) =>
      own.work(options, () => {
        const sound = Object.values(box).every(Number.isFinite) && box.width > 0 && box.height > 0;
        if (!sound || box.x >= image.width || box.y >= image.height || box.x + box.width <= 0 || box.y + box.height <= 0)
          throw bad(own.name, 'the box is not in the frame');
        target = { first: image, origin: box, box, timestampMs };
        return { box, confidence: 1, state: 'tracking' as const, timestampMs };
      }),
    update: ({ image, timestampMs }: VideoFrame, options) =>
      own.work(options, () => {
        if (target === undefined) throw bad(own.name, 'update before init');
        if (timestampMs < target.timestampMs) throw bad(own.name, 'time runs backwards');
        let best = { box: target.box, difference: Infinity };
        for (let dy = -6; dy <= 6; dy++) {
          for (let dx = -6; dx <= 6; dx++) {
            const box = { ...target.box, x: target.box.x + dx, y: target.box.y + dy };
            const found = difference(image, box);
            if (found < best.difference) best = { box, difference: found };
          }
        }
        const confidence = Math.max(0, 1 - 5 * best.difference);
        target.box = best.box;
        target.timestampMs = timestampMs;
        return { box: best.box, confidence, state: confidence > 0.5 ? ('tracking' as const) : ('lost' as const), timestampMs };
      }),
  };
});
