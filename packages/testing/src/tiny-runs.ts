import { onnxBytes, type TinyModel, type TinyType } from './onnx-bytes.ts';

/** A tiny model with what it is given and what it must answer, worked out by hand or in float64. */
export interface TinyRun {
  readonly name: string;
  readonly model: TinyModel;
  readonly feeds: Readonly<Record<string, TinyArray>>;
  readonly answers: Readonly<Record<string, TinyArray>>;
}

export interface TinyArray {
  readonly dtype: TinyType;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

const float = (shape: readonly number[], values: readonly number[]): TinyArray => ({ dtype: 'float32', shape, values });
const ramp = (count: number, scale: number, offset = 0): number[] =>
  Array.from({ length: count }, (_, index) => (((index * 7) % 11) - 5) * scale + offset);

/** y = x * w + b, of rows. */
function affine(x: readonly number[], w: readonly number[], b: readonly number[], rows: number): number[] {
  const inner = x.length / rows;
  const columns = b.length;
  return Array.from({ length: rows * columns }, (_, index) => {
    const row = Math.floor(index / columns);
    const column = index % columns;
    let sum = b[column] as number;
    for (let k = 0; k < inner; k += 1) sum += (x[row * inner + k] as number) * (w[k * columns + column] as number);
    return sum;
  });
}

/** Valid 3x3 convolution of [1,4,5,5] with [2,4,3,3]. */
function convolution(x: readonly number[], w: readonly number[]): number[] {
  return Array.from({ length: 2 * 9 }, (_, index) => {
    const [out, row, column] = [Math.floor(index / 9), Math.floor(index / 3) % 3, index % 3];
    let sum = 0;
    for (let c = 0; c < 4; c += 1)
      for (let i = 0; i < 3; i += 1)
        for (let j = 0; j < 3; j += 1)
          sum += (x[c * 25 + (row + i) * 5 + column + j] as number) * (w[((out * 4 + c) * 3 + i) * 3 + j] as number);
    return sum;
  });
}

function softmaxRows(values: readonly number[], columns: number): number[] {
  return values.map((value, index) => {
    const row = values.slice(index - (index % columns), index - (index % columns) + columns);
    return Math.exp(value) / row.reduce((sum, other) => sum + Math.exp(other), 0);
  });
}

const [x, w, b] = [ramp(6, 0.3), ramp(12, 0.2), ramp(4, 0.1)];
const [image, kernel] = [ramp(100, 0.1), ramp(72, 0.05)];

/** The models every runtime must get right. */
export const TINY_RUNS: readonly TinyRun[] = [
  {
    name: 'an affine layer with a free batch, Relu beside it',
    model: {
      inputs: [{ name: 'x', dtype: 'float32', shape: ['batch', 3] }],
      initializers: [
        { name: 'w', dtype: 'float32', shape: [3, 4], values: w },
        { name: 'b', dtype: 'float32', shape: [4], values: b },
      ],
      nodes: [
        { op: 'Gemm', inputs: ['x', 'w', 'b'], outputs: ['linear'] },
        { op: 'Relu', inputs: ['linear'], outputs: ['relu'] },
      ],
      outputs: [
        { name: 'linear', dtype: 'float32', shape: ['batch', 4] },
        { name: 'relu', dtype: 'float32', shape: ['batch', 4] },
      ],
    },
    feeds: { x: float([2, 3], x) },
    answers: {
      linear: float([2, 4], affine(x, w, b, 2)),
      relu: float(
        [2, 4],
        affine(x, w, b, 2).map((value) => Math.max(0, value)),
      ),
    },
  },
  {
    name: 'a convolution',
    model: {
      inputs: [{ name: 'x', dtype: 'float32', shape: [1, 4, 5, 5] }],
      initializers: [{ name: 'w', dtype: 'float32', shape: [2, 4, 3, 3], values: kernel }],
      nodes: [{ op: 'Conv', inputs: ['x', 'w'], outputs: ['y'], attributes: [{ name: 'kernel_shape', ints: [3, 3] }] }],
      outputs: [{ name: 'y', dtype: 'float32', shape: [1, 2, 3, 3] }],
    },
    feeds: { x: float([1, 4, 5, 5], image) },
    answers: { y: float([1, 2, 3, 3], convolution(image, kernel)) },
  },
  {
    name: 'a softmax over the last axis',
    model: {
      inputs: [{ name: 'x', dtype: 'float32', shape: [2, 3] }],
      nodes: [{ op: 'Softmax', inputs: ['x'], outputs: ['y'], attributes: [{ name: 'axis', int: 1 }] }],
      outputs: [{ name: 'y', dtype: 'float32', shape: [2, 3] }],
    },
    feeds: { x: float([2, 3], x) },
    answers: { y: float([2, 3], softmaxRows(x, 3)) },
  },
  {
    name: 'whole numbers',
    model: {
      inputs: [
        { name: 'a', dtype: 'int32', shape: [3] },
        { name: 'b', dtype: 'int32', shape: [3] },
      ],
      nodes: [{ op: 'Add', inputs: ['a', 'b'], outputs: ['y'] }],
      outputs: [{ name: 'y', dtype: 'int32', shape: [3] }],
    },
    feeds: { a: { dtype: 'int32', shape: [3], values: [1, -2, 2_000_000_000] }, b: { dtype: 'int32', shape: [3], values: [10, 20, 30] } },
    answers: { y: { dtype: 'int32', shape: [3], values: [11, 18, 2_000_000_030] } },
  },
  {
    name: 'picking rows by index',
    model: {
      inputs: [{ name: 'rows', dtype: 'int32', shape: [2] }],
      initializers: [{ name: 'table', dtype: 'float32', shape: [3, 2], values: [1, 2, 3, 4, 5, 6] }],
      nodes: [{ op: 'Gather', inputs: ['table', 'rows'], outputs: ['y'] }],
      outputs: [{ name: 'y', dtype: 'float32', shape: [2, 2] }],
    },
    feeds: { rows: { dtype: 'int32', shape: [2], values: [2, 0] } },
    answers: { y: float([2, 2], [5, 6, 1, 2]) },
  },
];

/** The bytes of one of them by its place in the table. */
export function tinyRunBytes(run: TinyRun): Uint8Array {
  return onnxBytes(run.model);
}
