import { type Box, type Image, VerilensError } from '@verilens/core';

/**
 * Mean luminance of each cell of a `size` x `size` grid over the picture, or over a box of it, row by row, 0..1.
 * @throws VerilensError BAD_INPUT for a picture whose size and data disagree
 */
export function thumbnail(
  image: Image,
  size: number,
  place: string,
  box: Box = { x: 0, y: 0, width: image.width, height: image.height },
): Float32Array {
  checkImage(image, place);
  const values = new Float32Array(size * size);
  const at = (x: number, y: number): number => {
    const column = Math.min(image.width - 1, Math.max(0, Math.floor(x)));
    const row = Math.min(image.height - 1, Math.max(0, Math.floor(y)));
    const i = (row * image.width + column) * 4;
    return (0.2126 * image.data[i]! + 0.7152 * image.data[i + 1]! + 0.0722 * image.data[i + 2]!) / 255;
  };
  const samples = 4;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      let sum = 0;
      for (let i = 0; i < samples * samples; i++) {
        const u = (column + ((i % samples) + 0.5) / samples) / size;
        const v = (row + (Math.floor(i / samples) + 0.5) / samples) / size;
        sum += at(box.x + u * box.width, box.y + v * box.height);
      }
      values[row * size + column] = sum / (samples * samples);
    }
  }
  return values;
}

export function checkImage(image: Image, place: string): void {
  const { width, height, data } = image;
  if (Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0 && data.length === width * height * 4) return;
  throw new VerilensError('BAD_INPUT', 'the picture does not add up', {
    place,
    expected: 'data of width * height * 4 values, RGBA',
    got: `${width} x ${height} and ${data.length} values`,
  });
}
