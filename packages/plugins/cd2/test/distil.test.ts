import { native } from '@verilens/runtime-native';
import { expect, it } from 'vitest';
import { PRESETS } from '../src/config.ts';
import { distil, phiOf } from '../src/distil.ts';
import { base, openModel } from '../src/learn.ts';
import { lessonOf } from '../src/lesson.ts';
import { meanRow } from '../src/network.ts';
import { placesByOwner } from '../src/knowledge.ts';
import { featureLoss, structureLoss } from '../src/retention.ts';
import { input, writeGraph } from '@verilens/nn';
import { Tensor } from '@verilens/core';
import { lessonOfStripes } from './pictures.ts';

it('makes two pictures a class whose mean is far nearer to that of the class than two real ones', async () => {
  await using runtime = await native({ device: 'cpu', threads: 1 });
  const options = { runtime, config: PRESETS.tiny, seed: 0 };
  const lesson = lessonOf(lessonOfStripes([0, 1, 2, 5], 12), [], PRESETS.tiny);
  const parameters = await base(lesson, options);
  await using model = await openModel(runtime, PRESETS.tiny, parameters);
  const { hidden, logits } = await model.reader.read(await model.embedder.features(lesson.pictures));
  const phi = phiOf(hidden, logits);
  const classes = [0, 1, 2, 3];
  const made = await distil(classes, { ...lesson, phi }, parameters, options);
  // the pictures begin at real ones, so the start is the distance of two real ones
  const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
  expect(total(made.end)).toBeLessThan(total(made.start) / 10);
  expect(made.pictures.data.every((value) => value >= 0 && value <= 1)).toBe(true);

  // what the graph says is what the exported model says of the pictures
  const again = await model.reader.read(await model.embedder.features(made.pictures));
  const madePhi = phiOf(again.hidden, again.logits);
  const places = placesByOwner(lesson.owners);
  const distance = (owner: number): number => {
    const target = meanRow(phi, places.get(owner)!);
    return meanRow(madePhi, [2 * owner, 2 * owner + 1]).reduce((sum, value, i) => sum + (value - target[i]!) ** 2, 0);
  };
  for (const owner of classes) expect(distance(owner)).toBeCloseTo(made.end[owner]!, 3);
});

it('computes both retention losses as written', async () => {
  await using runtime = await native({ device: 'cpu', threads: 1 });
  const [before, now] = [input('before', { shape: [2, 2], dtype: 'float32' }), input('now', { shape: [2, 3], dtype: 'float32' })];
  const onnx = writeGraph({
    inputs: { before, now },
    outputs: { feature: featureLoss(before, now), structure: structureLoss(before, now) },
    target: 'native',
  });
  const session = await runtime.load(onnx);
  const result = await session.run({
    before: new Tensor('float32', Float32Array.of(1, 0, 0, 2), [2, 2]),
    now: new Tensor('float32', Float32Array.of(1, 0, 9, 3, 3, 9), [2, 3]),
  });
  // |1-1| + |0-0| and |0-3| + |2-3|, the third class being new
  expect((result['feature']!.data as Float32Array)[0]).toBeCloseTo(2, 5);
  // cosines of the two rows: 0 before, 1 / sqrt(2) now; two places of four, each divided by two rows
  expect((result['structure']!.data as Float32Array)[0]).toBeCloseTo(1 / Math.sqrt(2) / 2, 5);
  await session.dispose();
});
