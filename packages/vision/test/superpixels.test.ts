import type { Image } from '@verilens/core';
import { expect, it } from 'vitest';
import { createImage, fillRect, superpixels } from '../src/index.ts';

/** Two colours with a border at x = 13, which no regular grid has. */
function twoColours(): Image {
  return fillRect(createImage(40, 30, [200, 60, 40]), { x: 13, y: 0, width: 27, height: 30 }, [40, 90, 200]);
}

it('gives connected patches that keep to the borders of colours', () => {
  const image = twoColours();
  const { labels, count } = superpixels(image, { segments: 20 });
  expect(count).toBeGreaterThan(10);
  expect(count).toBeLessThan(30);
  const colours = Array.from({ length: count }, () => new Set<number>());
  labels.forEach((label, pixel) => colours[label]!.add(image.data[pixel * 4]!));
  expect(colours.every((seen) => seen.size === 1)).toBe(true);
  for (let label = 0; label < count; label++) expect(reached(labels, 40, label)).toBe(labels.filter((other) => other === label).length);
});

/** Pixels of a label that can be walked to from its first one. */
function reached(labels: Int32Array, width: number, label: number): number {
  const open = [labels.indexOf(label)];
  const seen = new Set(open);
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const next of [at - width, at + width, ...(at % width > 0 ? [at - 1] : []), ...(at % width < width - 1 ? [at + 1] : [])]) {
      if (labels[next] !== label || seen.has(next)) continue;
      seen.add(next);
      open.push(next);
    }
  }
  return seen.size;
}

it('is the same each time, covers odd pictures, and refuses nonsense', () => {
  expect(superpixels(twoColours())).toEqual(superpixels(twoColours()));
  const thin = superpixels(createImage(1, 7, [9, 9, 9]), { segments: 3 });
  expect(Math.min(...thin.labels)).toBe(0);
  expect(Math.max(...thin.labels)).toBe(thin.count - 1);
  expect(superpixels(createImage(1, 1), { segments: 100 }).count).toBe(1);
  expect(() => superpixels(twoColours(), { segments: 0 })).toThrow(/segments/);
});
