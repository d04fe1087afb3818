import { namedParams } from '@verilens/nn';
import { expect, it } from 'vitest';
import { backboneOf } from '../src/backbone.ts';
import { configOf, featureWidth, PRESETS } from '../src/config.ts';
import { grownHead, headOf, imprintedHead } from '../src/head.ts';
import { structureWeight } from '../src/retention.ts';

const size = (module: { readonly params: unknown }): number =>
  [...namedParams(module).values()].reduce((sum, { shape }) => sum + shape.reduce((product, n) => product * n, 1), 0);

it('has the network of the paper at full size: ResNet-12, features of 640, three layers and one row a class', () => {
  // widths 64, 160, 320, 640: three 3x3 convolutions, a 1x1 shortcut and four batch normalisations a block
  const block = (from: number, to: number): number => 9 * from * to + 18 * to * to + from * to + 8 * to;
  expect(size(backboneOf(PRESETS.paper))).toBe(block(3, 64) + block(64, 160) + block(160, 320) + block(320, 640));
  expect(size(backboneOf(PRESETS.paper))).toBe(12_424_320);
  expect(featureWidth(PRESETS.paper)).toBe(640);
  // three layers of 640, two batch normalisations, 60 rows with offsets
  expect(size(headOf(PRESETS.paper, 60))).toBe(3 * (640 * 640 + 640) + 2 * 2 * 640 + 60 * 641);
  expect(() => configOf('papr')).toThrow(/paper/);
});

it('weighs structure as the paper does at 60 base classes, and stays defined below', () => {
  for (const seen of [60, 65, 80, 100]) expect(structureWeight(60, seen)).toBeCloseTo(Math.log((-50 / seen) ** 3 + 2), 12);
  expect(structureWeight(60, 60)).toBeCloseTo(0.35, 2);
  expect(structureWeight(60, 100)).toBeCloseTo(0.63, 2);
  expect(structureWeight(1, 1)).toBeGreaterThan(0);
});

it('grows by rows that point to their classes and leaves the others as they are', () => {
  const rows = { shape: [2, 2], data: Float32Array.of(3, 0, 0, 1) };
  const grown = grownHead(new Map([['rows', rows]]), [Float32Array.of(0, -10), Float32Array.of(0, 0)], 0).get('rows')!;
  expect(grown.shape).toEqual([4, 2]);
  expect([...grown.data.subarray(0, 4)]).toEqual([3, 0, 0, 1]);
  // sqrt((9 + 1) / 2)
  expect(grown.data[5]).toBeCloseTo(-Math.sqrt(5), 5);
  expect(Math.abs(grown.data[6]!) + Math.abs(grown.data[7]!)).toBeGreaterThan(0);
  const imprinted = imprintedHead(new Map([['rows', rows]]), [Float32Array.of(0, 2), Float32Array.of(4, 0)], 0).get('rows')!;
  expect(imprinted.data[0]).toBeCloseTo(0, 6);
  expect(imprinted.data[2]).toBeCloseTo(Math.sqrt(5), 5);
});
