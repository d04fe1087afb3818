import { channelDistillation } from '@verilens/plugin-channel-distillation';
import { describe, expect, it } from 'vitest';
import { annotations } from '../track/annotations.ts';
import { contest } from '../track/contest.ts';
import { findOpenCv, startOpenCv } from '../track/opencv.ts';
import { drawnSequences, realSequences } from '../track/sequences.ts';

const found = await findOpenCv();
const [plain] = drawnSequences([7], 4);

describe('boxes placed by hand', () => {
  it('lie in their frames, in order, at least two for each clip', () => {
    expect(annotations().length).toBeGreaterThan(2);
    for (const { boxes, width, height, object, how } of annotations()) {
      expect(boxes.length).toBeGreaterThan(4);
      expect(object.length * how.length).toBeGreaterThan(0);
      boxes.forEach(({ frame, box: [x, y, w, h] }, i) => {
        if (i > 0) expect(frame).toBeGreaterThan(boxes[i - 1]!.frame);
        expect(w > 0 && h > 0 && x >= 0 && y >= 0 && x + w <= width && y + h <= height).toBe(true);
      });
    }
  });

  it('begin a clip at their first frame, in pictures of the size they were placed in', async () => {
    const clips = realSequences('odd', 2).found;
    for (const { name, frames } of clips.filter(({ name }) => name === 'cockatoo-near')) {
      const seen = [];
      for await (const { frame, box } of frames()) seen.push({ width: frame.image.width, box });
      const annotation = annotations().find((one) => one.name === name)!;
      expect(seen.map(({ width }) => width)).toEqual([annotation.width, annotation.width]);
      expect(seen[0]!.box).toMatchObject({ x: annotation.boxes[0]!.box[0] });
    }
  });
});

describe('a contest', () => {
  it('scores our tracker on a drawn sequence', async () => {
    const { courses } = await contest(plain!, { ours: () => channelDistillation({ cells: 24 }) }, undefined);
    expect(courses.get('ours')!.score.successAuc).toBeGreaterThan(0.7);
    expect(courses.get('ours')).toMatchObject({ frames: 3, updateCpuMs: expect.any(Number) });
  });

  it.skipIf(found === undefined)("gives OpenCV's trackers the same frames (skipped without python3-opencv)", async () => {
    const opencv = startOpenCv(found!.python);
    try {
      const { courses } = await contest(plain!, {}, { opencv, names: ['KCF', 'CSRT'] });
      for (const name of ['KCF', 'CSRT']) {
        expect(courses.get(name)!.score.frames).toBe(3);
        expect(courses.get(name)!.updateMs).toBeGreaterThan(0);
      }
      expect(courses.get('CSRT')!.score.successAuc).toBeGreaterThan(0.7);
    } finally {
      await opencv.close();
    }
  });
});
