import { describe, expect, it } from 'vitest';
import * as nn from '../src/index.ts';
import type { Sym } from '../src/index.ts';
import { smallVit } from './small-vit.ts';

const bind = (module: { params: unknown }): never =>
  nn.bindParams(module, (name, { shape }) => nn.input(name, { shape, dtype: 'float32' }, 'parameter')) as never;
const x = (...shape: number[]): Sym => nn.input('x', { shape, dtype: 'float32' });

describe('modules', () => {
  it('name their parameters by place', () => {
    const vit = smallVit({ width: 8, depth: 2, heads: 2, patch: 6, tokens: 4, classes: 3 });
    const names = [...nn.namedParams(vit).keys()];
    expect(names).toContain('blocks.1.attention.qkv.weight');
    expect(names).toHaveLength(2 + 2 + 2 * 12 + 2 + 2);
    const { text, parameterCount } = nn.summary(vit);
    expect(parameterCount).toBe([...nn.namedParams(vit).values()].reduce((n, { shape }) => n + shape.reduce((a, b) => a * b, 1), 0));
    expect(text).toMatch(/blocks\.1\.mlp\.up\.weight +linear +\[8, 32\] +256\n/);
    expect(text).toMatch(/total +vit +\d+$/);
  });

  it('a whole number of parameters whatever the depth of the tree', () => {
    const net = nn.sequential(nn.sequential(nn.linear(2, 3, { bias: false }), nn.tanh), nn.embedding(5, 2));
    expect([...nn.namedParams(net).keys()]).toEqual(['0.0.weight', '1.weight']);
  });

  it.each([
    [
      'linear',
      () => nn.linear(4, 2).apply(bind(nn.linear(4, 2)), x(3, 5)),
      /linear: dense\].*expected x \[\.\.\., 4\].*got x float32\[3, 5\]/,
    ],
    [
      'conv2d',
      () => nn.conv2dModule(3, 4, 3).apply(bind(nn.conv2dModule(3, 4, 3)), x(1, 4, 8, 8)),
      /conv2d: conv2d\].*got float32\[4, 3, 3, 3\]/,
    ],
    [
      'a picture smaller than the window',
      () => nn.conv2dModule(3, 4, 3).apply(bind(nn.conv2dModule(3, 4, 3)), x(1, 3, 2, 8)),
      /at least 3x3/,
    ],
    ['layerNorm', () => nn.layerNormModule(4).apply(bind(nn.layerNormModule(4)), x(2, 6)), /gamma and beta of \[6\]/],
    [
      'attention of rank 2',
      () => nn.multiHeadAttention(4, 2).apply(bind(nn.multiHeadAttention(4, 2)), x(2, 4)),
      /expected x \[B, T, 4\], got float32\[2, 4\]/,
    ],
    ['broadcasting', () => nn.add(x(2, 3), x(2)), /add\].*got float32\[2, 3\] and float32\[2\]/],
    ['matmul', () => nn.matmul(x(2, 3), x(2, 3)), /inner sizes/],
    ['reshape', () => nn.reshape(x(2, 3), [4, -1]), /6 elements/],
    ['concat', () => nn.concat([x(2, 3), x(3, 3)], 1), /alike but for axis 1/],
    ['split', () => nn.split(x(2, 3), 2, 1), /add up to 3/],
    ['slice', () => nn.slice(x(2, 3), { axis: 1, start: 3 }), /start 3/],
    ['axis', () => nn.sum(x(2), 1), /axis in -1\.\.0, got axis 1/],
    ['transpose', () => nn.transpose(x(2, 3), [0, 0]), /each axis once/],
    [
      'labels of another batch',
      () => nn.crossEntropy(x(4, 3), nn.input('y', { shape: [5], dtype: 'int32' })),
      /float32\[4, 3\] with int32\[5\]/,
    ],
    ['gather with floats', () => nn.gather(x(4, 3), x(2)), /int32 indices/],
    ['constant', () => nn.constant(new Float32Array(3), [2, 2]), /4 values for \[2, 2\], got 3/],
  ])('a shape error says what and where: %s', (_, wrong, message) => {
    expect(wrong).toThrow(expect.objectContaining({ code: 'BAD_SHAPE', message: expect.stringMatching(message) }));
  });

  it('heads must divide the width', () => {
    expect(() => nn.multiHeadAttention(10, 3)).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }));
  });
});

describe('dropout', () => {
  it('is nothing without draws and refuses a rate of 1', () => {
    const y = x(2);
    expect(nn.dropout(y, 0.5, undefined)).toBe(y);
    expect(() => nn.dropout(y, 1, undefined)).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }));
  });

  it('keeps the share it says', () => {
    const mask = nn.fillDraw({ name: 'd', shape: [100, 100], kind: 'bernoulli', keep: 0.8 }, nn.random(0));
    expect(mask.every((v) => v === 0 || v === 1)).toBe(true);
    expect(mask.reduce((a, b) => a + b, 0) / 1e4).toBeCloseTo(0.8, 1);
  });
});
