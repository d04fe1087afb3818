import { expect, it } from 'vitest';
import * as nn from '../src/index.ts';
import type { Sym } from '../src/index.ts';

it('lists layers in the order they run, with output shapes, parameters and multiply-adds', () => {
  const net = nn.sequential(nn.conv2dModule(3, 8, 3, { padding: 1, stride: 2 }), nn.relu, nn.globalAveragePool, nn.linear(8, 10));
  const { text, parameterCount, multiplyAdds } = nn.summary(net, [nn.float32([4, 3, 32, 32])]);
  expect(text.split('\n')).toEqual([
    'layer  kind        output          parameters  multiply-adds',
    '0      conv2d      [4, 8, 16, 16]         224        221,184',
    '3      linear      [4, 10]                 90            320',
    'total  sequential  [4, 10]                314        221,504',
  ]);
  // 4 x 8 x 16 x 16 outputs of 27 products, 4 x 10 of 8
  expect(multiplyAdds).toBe(4 * 8 * 256 * 27 + 4 * 10 * 8);
  expect(parameterCount).toBe(314);
});

it('counts what modules own and do themselves, attention, and layers in layers', () => {
  const block = nn.transformerBlock(16, 2);
  const { text, multiplyAdds } = nn.summary(block, [nn.float32([2, 5, 16])]);
  expect(text).toMatch(/attention\.qkv +linear +\[2, 2, 5, 8\]( \[2, 2, 5, 8\]){2} +816 +7,680\n/);
  expect(text).toMatch(/mlp\.down +linear +\[2, 5, 16\]/);
  const products = 2 * 5 * 16 * (48 + 16 + 64 + 64);
  expect(multiplyAdds).toBe(products + 2 * (2 * 2 * 5 * 5 * 8));
  const own = nn.module('scaled', { scale: nn.param([3], nn.onesInit()) }, (p, x: Sym) => nn.mul(x, p.scale));
  expect(nn.summary(own, [nn.float32([2, 3])]).text).toMatch(/\(itself\) +scaled +3 +-\ntotal +scaled +\[2, 3\]/);
});

it('names the layer when the inputs do not fit', () => {
  const net = nn.sequential(nn.linear(4, 4), nn.linear(5, 2));
  expect(() => nn.summary(net, [nn.float32([3, 4])])).toThrow(/1 \(linear\): dense.*\[3, 4\]/);
});
