import { bindParams, input, namedParams, summary } from '@verilens/nn';
import { describe, expect, it } from 'vitest';
import { checkConfig, CONFIGS, type HybridConfig } from '../src/config.ts';
import { type Stream, streamOf } from '../src/stream.ts';

const CLASSES = 14;

function streams({ channels, teacher, student, fed }: HybridConfig): { teacher: Stream; student: Stream } {
  const shared = { channels, classes: CLASSES, normalisation: { mean: [0, 0, 0].slice(0, channels), std: [1, 1, 1].slice(0, channels) } };
  return { teacher: streamOf({ ...shared, config: teacher }), student: streamOf({ ...shared, config: student, fed }) };
}

function shapes(stream: Stream, channels: number, side: number): readonly (readonly number[])[] {
  const p = bindParams(stream, (name, { shape }) => input(name, { shape, dtype: 'float32' }));
  const { embedding, logits } = stream.apply(p, input('pictures', { shape: [5, channels, side, side], dtype: 'float32' }));
  return [embedding.shape, logits.shape];
}

/** Weights of a ResNet for small pictures with basic blocks, without its classifier. */
function resnet(widths: readonly number[], blocks: number): number {
  const norm = (width: number): number => 2 * width;
  let total = 9 * 3 * widths[0]! + norm(widths[0]!);
  widths.forEach((width, stage) => {
    const before = widths[stage - 1] ?? widths[0]!;
    for (let i = 0; i < blocks; i++) {
      const from = i === 0 ? before : width;
      total += 9 * from * width + 9 * width * width + 2 * norm(width);
      if (from !== width) total += from * width + norm(width);
    }
  });
  return total;
}

const heads = 512 * 512 + 512 + 512 * CLASSES + CLASSES;

describe('the paper preset', () => {
  const { teacher, student } = streams(CONFIGS.paper);

  it('teaches with ResNet-18, as published for 32 pixels, and learns with ResNet-10', () => {
    // the published network has 11,173,962 weights with ten classes
    expect(resnet([64, 128, 256, 512], 2)).toBe(11_173_962 - 5130);
    expect(summary(teacher).parameterCount).toBe(11_168_832 + heads);
    expect(summary(student).parameterCount).toBe(resnet([64, 128, 256, 512], 1) + heads);
  });

  it('gives 512 numbers and logits from good and from poor pictures', () => {
    expect(shapes(teacher, 3, 32)).toEqual([
      [5, 512],
      [5, CLASSES],
    ]);
    expect(shapes(student, 3, 8)).toEqual([
      [5, 512],
      [5, CLASSES],
    ]);
  });
});

describe('the small preset', () => {
  const { teacher, student } = streams(CONFIGS.small);

  it('has a teacher of more than eight times the student, few enough to ship', () => {
    const [large, small] = [teacher, student].map((stream) => summary(stream).parameterCount) as [number, number];
    expect(small).toBe(9 * (16 + 16 * 32 + 32 * 64) + 2 * (16 + 32 + 64) + 64 * 64 + 64 + 64 * CLASSES + CLASSES);
    expect(large / small).toBeGreaterThan(8);
    expect(shapes(student, 1, 7)).toEqual([
      [5, 64],
      [5, CLASSES],
    ]);
  });

  it('has one set of parameters for good and poor pictures: the assistant is a student that sees better', () => {
    const assistant = streamOf({
      config: CONFIGS.small.student,
      channels: 1,
      classes: CLASSES,
      normalisation: { mean: [0], std: [1] },
    });
    expect([...namedParams(assistant).keys()]).toEqual([...namedParams(student).keys()]);
    expect(shapes(assistant, 1, 28)).toEqual(shapes(student, 1, 7));
  });
});

it('refuses sizes that do not fit together', () => {
  expect(() => checkConfig({ ...CONFIGS.small, low: 3 })).toThrow(/at least 4.*low 3/);
  expect(() => checkConfig({ ...CONFIGS.small, fed: 6 })).toThrow(/low <= fed/);
});
