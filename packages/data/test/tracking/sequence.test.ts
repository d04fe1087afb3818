import { describe, expect, it } from 'vitest';
import { TRACKING_EVENTS, trackingSequence, type SequenceFrame, type TrackingEvent } from '../../src/index.ts';

async function drawn(event: TrackingEvent, seed = 0): Promise<SequenceFrame[]> {
  const all: SequenceFrame[] = [];
  for await (const frame of trackingSequence({ event, seed, frames: 24, width: 160, height: 120 })) all.push(frame);
  return all;
}

/** Mean colour of a box's inner half. */
function inside({ frame: { image }, box }: SequenceFrame): number[] {
  const { x, y, width, height } = box!;
  const sums = [0, 0, 0];
  let count = 0;
  for (let v = Math.round(y + height / 4); v < y + (3 * height) / 4; v++) {
    for (let u = Math.round(x + width / 4); u < x + (3 * width) / 4; u++, count++) {
      for (let c = 0; c < 3; c++) sums[c]! += image.data[(v * image.width + u) * 4 + c]!;
    }
  }
  return sums.map((sum) => sum / count);
}

describe.each(TRACKING_EVENTS)('%s', (event) => {
  it('gives the same frames for the same seed, and others for another', async () => {
    const [a, b, c] = [await drawn(event), await drawn(event), await drawn(event, 1)];
    expect(a.length).toBe(24);
    expect(a.at(-1)).toEqual(b.at(-1));
    expect(a.at(-1)!.frame.image.data).not.toEqual(c.at(-1)!.frame.image.data);
  });

  it('keeps the object inside the frame, at the box that is told', async () => {
    const all = (await drawn(event)).filter((frame) => frame.box !== undefined);
    const boxes = all.map((frame) => frame.box!);
    for (const { x, y, width, height } of boxes) {
      expect(x + width / 2).toBeGreaterThan(0);
      expect(x + width / 2).toBeLessThan(160);
      expect(y + height / 2).toBeGreaterThan(0);
      expect(y + height / 2).toBeLessThan(120);
    }
    // the object's own colour is found wherever the box is said to be
    if (['illumination', 'occlusion', 'distractors', 'blur'].includes(event)) return;
    const colours = all.map(inside);
    for (let c = 0; c < 3; c++) {
      const values = colours.map((colour) => colour[c]!);
      expect(Math.max(...values) - Math.min(...values)).toBeLessThan(25);
    }
  });
});

it('hides the object behind the bar for some frames, and only there', async () => {
  expect((await drawn('occlusion')).some((frame) => frame.box === undefined)).toBe(true);
  expect((await drawn('plain')).every((frame) => frame.box !== undefined)).toBe(true);
});
