import { describe, expect, it } from 'vitest';
import * as nn from '../src/index.ts';
import type { Sym } from '../src/index.ts';

const x = (...shape: number[]): Sym => nn.input('x', { shape, dtype: 'float32' });
const at = (...shape: number[]): Sym => nn.input('at', { shape, dtype: 'int32' });

describe('a shape error says what was expected, what came and what to do', () => {
  it.each<[string, () => unknown, RegExp]>([
    ['takeAlongAxis of another rank', () => nn.takeAlongAxis(x(2, 3), at(2), 1), /rank 2.*got int32\[2\]\.? .*gather/],
    ['takeAlongAxis with more rows', () => nn.takeAlongAxis(x(2, 3), at(3, 3), 1), /no larger than float32\[2, 3\] but on axis 1/],
    ['scatterAddAlongAxis', () => nn.scatterAddAlongAxis(at(2, 1), x(2, 3), 1, 4), /of one shape.*int32\[2, 1\] and float32\[2, 3\]/],
    ['gatherBatch of another batch', () => nn.gatherBatch(x(2, 3, 4), at(3, 2)), /batch axes of float32\[2, 3, 4\].*got int32\[3, 2\]/],
    ['cumulativeSum of whole numbers', () => nn.cumulativeSum(at(3), 0), /float32.*got int32\[3\]/],
    ['tile', () => nn.tile(x(2, 3), [2]), /2 whole numbers/],
    ['repeat', () => nn.repeat(x(2), 0, 0), /count >= 1, got 0/],
    ['roll', () => nn.roll(x(2), 0.5, 0), /whole number of places, got 0\.5/],
    ['reflecting too far', () => nn.padFrom(x(1, 3), [0, 3], [0, 0], 'reflect'), /below the sizes of float32\[1, 3\].*replicate/],
    ['wrapping too far', () => nn.padFrom(x(3), [0], [4], 'circular'), /at most the sizes/],
    ['conv1d of a picture', () => nn.conv1d(x(1, 2, 3, 4), x(1, 2, 3)), /\[N, C, L\], got float32\[1, 2, 3, 4\]/],
    ['conv1d with 2-d weights', () => nn.conv1d(x(1, 2, 3), x(1, 2, 1, 3)), /rank 3/],
    [
      'convTranspose2d with weights of conv2d',
      () => nn.convTranspose2d(x(1, 2, 3, 3), x(4, 2, 3, 3)),
      /weights \[2, out \/ 1, kh, kw\].*come first/,
    ],
    [
      'output padding beyond the stride',
      () => nn.convTranspose2d(x(1, 2, 3, 3), x(2, 1, 3, 3), undefined, { outputPadding: 1 }),
      /0\.\.stride - 1/,
    ],
    ['transposed convolution padded away', () => nn.convTranspose2d(x(1, 1, 1, 1), x(1, 1, 2, 2), undefined, { padding: 1 }), /got 0x0/],
    ['bias of convTranspose2d', () => nn.convTranspose2d(x(1, 2, 3, 3), x(2, 3, 1, 1), x(2)), /bias of \[3\], got float32\[2\]/],
    ['groupNorm with groups that do not fit', () => nn.groupNorm(x(1, 6, 2), 4), /divides 6 channels, got 4/],
    ['instanceNorm of rows', () => nn.instanceNorm(x(2, 3)), /at least one more axis/],
    ['instanceNorm with a long gamma', () => nn.instanceNorm(x(2, 3, 4), x(4)), /\[3\] for x float32\[2, 3, 4\], got float32\[4\]/],
    ['adaptiveInstanceNorm', () => nn.adaptiveInstanceNorm(x(2, 3, 4, 4), x(2, 3), x(3)), /of \[2, 3\] or float32\[2, 3, 4, 4\]/],
    ['rmsNorm', () => nn.rmsNorm(x(2, 3), x(2)), /gamma of \[3\]/],
    ['spectralNorm', () => nn.spectralNorm(x(4, 2, 3), x(4), x(5)), /u \[4\] and v \[6\]/],
    ['modulatedConv2d with an even kernel', () => nn.modulatedConv2d(x(1, 2, 4, 4), x(3, 2, 4, 4), x(1, 2)), /k odd/],
    ['modulatedConv2d with the style of another layer', () => nn.modulatedConv2d(x(2, 3, 4, 4), x(3, 3, 3, 3), x(2, 4)), /style \[2, 3\]/],
    ['adaptive pooling that would enlarge', () => nn.adaptiveAvgPool2d(x(1, 2, 3, 4), [2, 5]), /1x1 to 3x4, got 2x5/],
    ['global pooling of rows', () => nn.globalMaxPool(x(2, 3)), /at least one more axis/],
    ['mixed types', () => nn.add(x(2), at(2)), /float32\[2\] and int32\[2\]/],
  ])('%s', (_, wrong, message) => {
    expect(wrong).toThrow(expect.objectContaining({ code: 'BAD_SHAPE', message: expect.stringMatching(message) }));
  });
});
