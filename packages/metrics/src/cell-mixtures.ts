import { type Image, VerilensError } from '@verilens/core';

/** What a measure of an explanation asks of the model: the objective's value for `count` pictures, made one after the other when they are needed. */
export type ObjectiveValues = (count: number, make: (index: number) => Image) => Promise<ArrayLike<number>>;

/**
 * A picture with the cells of a grid replaced by those of another.
 * @param filled rows x columns, row by row; other than 0: taken from `fill`
 */
export function fillCells(image: Image, fill: Image, filled: ArrayLike<number>, rows: number, columns: number): Image {
  const { width, height } = image;
  if (fill.width !== width || fill.height !== height)
    throw new VerilensError('BAD_INPUT', 'the fill has another size than the picture', {
      place: 'metrics.fillCells',
      expected: `${width} x ${height}`,
      got: `${fill.width} x ${fill.height}`,
    });
  const data = new Uint8ClampedArray(image.data);
  for (let row = 0; row < rows; row++) {
    const [top, bottom] = [Math.round((row * height) / rows), Math.round(((row + 1) * height) / rows)];
    for (let column = 0; column < columns; column++) {
      if (!filled[row * columns + column]) continue;
      const [left, right] = [Math.round((column * width) / columns), Math.round(((column + 1) * width) / columns)];
      for (let y = top; y < bottom; y++) {
        const [from, to] = [(y * width + left) * 4, (y * width + right) * 4];
        data.set(fill.data.subarray(from, to), from);
      }
    }
  }
  return { data, width, height };
}
