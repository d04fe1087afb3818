import { expect, it } from 'vitest';
import { contactSheet } from '../src/contact-sheet.ts';
import { createImage } from '../src/image.ts';

it('lays pictures out row by row on white', () => {
  const levels = [10, 20, 30, 40, 50];
  const sheet = contactSheet(
    levels.map((level) => createImage(3, 2, [level, level, level])),
    { columns: 2, gap: 1 },
  );
  expect([sheet.width, sheet.height]).toEqual([9, 10]);
  const at = (x: number, y: number): number => sheet.data[(y * 9 + x) * 4]!;
  expect([at(1, 1), at(5, 1), at(1, 4), at(7, 5), at(1, 7), at(5, 7), at(0, 0), at(4, 1)]).toEqual([10, 20, 30, 40, 50, 255, 255, 255]);
  expect(contactSheet([createImage(3, 2)]).width).toBe(7);
  expect(() => contactSheet([])).toThrow(/none/);
  expect(() => contactSheet([createImage(3, 2), createImage(2, 3)])).toThrow(/one size/);
});
