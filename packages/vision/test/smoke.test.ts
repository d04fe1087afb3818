import { expect, test } from 'vitest';
import { createImage, IDENTITY, warpAffine } from '../src/index.ts';

test('the identity warp copies', () => {
  const image = createImage(5, 4);
  image.data.forEach((_, i) => (image.data[i] = (i * 37) % 256));
  expect(warpAffine(image, IDENTITY, 5, 4, { fill: 'edge' }).data).toEqual(image.data);
});
