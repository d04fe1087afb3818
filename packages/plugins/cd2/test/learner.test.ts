import type { IncrementalLearner } from '@verilens/core';
import { readSafetensors, writeSafetensors } from '@verilens/nn';
import { native } from '@verilens/runtime-native';
import { wasm } from '@verilens/runtime-wasm';
import { describe, expect, it } from 'vitest';
import { PRESETS } from '../src/config.ts';
import { cd2 } from '../src/index.ts';
import { createLearner } from '../src/learner.ts';
import { lessonOfStripes, stripes } from './pictures.ts';

const onCpu = () => native({ device: 'cpu', threads: 1 });

async function share(learner: IncrementalLearner, kinds: readonly number[]): Promise<number> {
  let right = 0;
  for (const kind of kinds)
    for (let number = 100; number < 106; number++)
      if ((await learner.predict(stripes(kind, number))).labels[0]!.label === `stripes ${kind}`) right++;
  return right / (6 * kinds.length);
}

it('learns five classes from many pictures, then two from five each, and keeps the first', { timeout: 60_000 }, async () => {
  await using runtime = await onCpu();
  await using learner = await cd2({ preset: 'tiny' }).create({ runtime });
  const first = [0, 1, 2, 5, 7];
  await learner.learn(lessonOfStripes(first, 20));
  const before = await share(learner, first);
  const { memory, session } = await learner.learn(lessonOfStripes([3, 8], 5));
  expect(session).toBe(1);
  expect(memory).toEqual({ exemplars: 14, bytes: 14 * 3 * 16 * 16 * 4 });
  expect(before).toBeGreaterThan(0.9);
  expect(await share(learner, first)).toBeGreaterThan(0.75);
  expect(await share(learner, [3, 8])).toBeGreaterThan(0.6);
});

it('goes on in WASM from the file that was written on native, with the same predictions', { timeout: 60_000 }, async () => {
  await using runtime = await onCpu();
  await using learner = await cd2({ preset: 'tiny' }).create({ runtime });
  await learner.learn(lessonOfStripes([0, 2, 5], 8));
  await learner.learn(lessonOfStripes([3], 3));
  const bytes = await learner.save();

  await using other = await wasm({ device: 'wasm', threads: 1 });
  await using moved = await cd2({ preset: 'tiny' }).create({ runtime: other });
  await moved.restore(bytes);
  const scores = async (own: IncrementalLearner, kind: number): Promise<ReadonlyMap<string, number>> =>
    new Map((await own.predict(stripes(kind, 50))).labels.map(({ label, score }) => [label, score]));
  for (const kind of [0, 2, 3, 5, 9]) {
    const [a, b] = [await scores(learner, kind), await scores(moved, kind)];
    for (const [label, score] of a) expect(Math.abs(b.get(label)! - score)).toBeLessThan(1e-4);
  }
  // and learns on there: the same session on both
  const results = [await learner.learn(lessonOfStripes([8], 3)), await moved.learn(lessonOfStripes([8], 3))];
  expect(results.map(({ session }) => session)).toEqual([2, 2]);
  expect(results.map(({ device }) => device)).toEqual(['cpu', 'wasm']);
  for (const kind of [0, 2, 3, 5, 8]) {
    const best = ({ labels }: { labels: readonly { label: string }[] }): string => labels[0]!.label;
    expect(best(await moved.predict(stripes(kind, 51)))).toBe(best(await learner.predict(stripes(kind, 51))));
  }
});

describe('odd and hostile input', () => {
  it('refuses a file of another preset, of another method, altered or cut off, and keeps what it knows', { timeout: 60_000 }, async () => {
    await using runtime = await onCpu();
    await using learner = await cd2({ preset: 'tiny' }).create({ runtime });
    await learner.learn(lessonOfStripes([0, 5], 3));
    const bytes = await learner.save();
    await using small = await cd2().create({ runtime });
    await expect(small.restore(bytes)).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringMatching(/another preset.*small.*tiny/s),
    });
    const { tensors, metadata } = readSafetensors(bytes);
    const flipped = bytes.slice();
    flipped[flipped.length - 5]! ^= 1;
    const others: [Uint8Array, RegExp][] = [
      [flipped, /altered/],
      [bytes.slice(0, -4), /damaged/],
      [new Uint8Array(0), /damaged/],
      [writeSafetensors(tensors, { format: 'something' }), /no learner/],
      [writeSafetensors(tensors, { ...metadata, preset: 'small' }), /altered/],
    ];
    for (const [other, said] of others)
      await expect(learner.restore(other)).rejects.toMatchObject({ code: 'BAD_INPUT', message: expect.stringMatching(said) });
    expect(learner.labels).toEqual(['stripes 0', 'stripes 5']);
    await learner.restore(bytes);
    // what knows nothing can be saved and restored too
    await learner.restore(
      await small
        .save()
        .then(() => cd2({ preset: 'tiny' }).create({ runtime }))
        .then((empty) => empty.save()),
    );
    expect(learner.labels).toEqual([]);
    expect(learner.memory).toEqual({ exemplars: 0, bytes: 0 });
  });

  it('refuses pictures that do not add up, and learns from odd sizes and transparent ones', { timeout: 60_000 }, async () => {
    await using runtime = await onCpu();
    await using learner = await cd2({ preset: 'tiny' }).create({ runtime });
    const broken = { data: new Uint8ClampedArray(7), width: 4, height: 4 };
    await expect(learner.learn({ classes: [{ label: 'x', images: [broken] }] })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    const dot = { data: Uint8ClampedArray.of(255, 0, 0, 255), width: 1, height: 1 };
    const line = { data: new Uint8ClampedArray(4 * 300).fill(0), width: 300, height: 1 };
    const { labels } = await learner.learn({
      classes: [
        { label: 'dot', images: [dot] },
        { label: 'nothing', images: [line] },
      ],
    });
    expect(labels).toEqual(['dot', 'nothing']);
    expect((await learner.predict(dot)).labels[0]!.label).toBe('dot');
    await expect(learner.learn({ classes: [] }, { seed: 0.5 })).rejects.toMatchObject({ code: 'BAD_OPTION' });
  });

  it('begins with a single class', { timeout: 60_000 }, async () => {
    await using runtime = await onCpu();
    await using learner = await cd2({ preset: 'tiny' }).create({ runtime });
    await learner.learn(lessonOfStripes([0], 1));
    expect((await learner.predict(stripes(5, 9))).labels).toEqual([{ label: 'stripes 0', score: 1 }]);
    await learner.learn(lessonOfStripes([5], 2));
    expect(learner.labels).toHaveLength(2);
  });

  it('learns 500 classes and then one more', { timeout: 120_000 }, async () => {
    await using runtime = await onCpu();
    // hardly distilled: the number of classes is what is tried
    const { distillation } = PRESETS.tiny;
    await using learner = createLearner(runtime, { ...PRESETS.tiny, distillation: { ...distillation, steps: 3 } });
    const picture = (kind: number) => stripes(kind, 0, 16);
    await learner.learn({ classes: Array.from({ length: 500 }, (_, kind) => ({ label: `${kind}`, images: [picture(kind)] })) });
    const { labels, memory } = await learner.learn({ classes: [{ label: 'more', images: [stripes(3, 5)] }] });
    expect(labels).toHaveLength(501);
    expect(memory.exemplars).toBe(1002);
    expect((await learner.predict(picture(0))).labels).toHaveLength(501);
  });
});

it('predicts by what it knew while it learns, and queues sessions', { timeout: 60_000 }, async () => {
  await using runtime = await onCpu();
  await using learner = await cd2({ preset: 'tiny' }).create({ runtime });
  await learner.learn(lessonOfStripes([0, 5], 3));
  const both = [learner.learn(lessonOfStripes([2], 2)), learner.learn(lessonOfStripes([3], 2))];
  expect((await learner.predict(stripes(0, 9))).labels).toHaveLength(2);
  expect((await Promise.all(both)).map(({ session, labels }) => [session, labels.length])).toEqual([
    [1, 3],
    [2, 4],
  ]);
});
