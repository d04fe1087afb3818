import type { Lowering } from '../lowerings.ts';
import type { Window } from '../op-types.ts';
import { tiles } from '../ops/max-pool.ts';
import { sizeOf } from '../sym.ts';
import { poolAttributes } from './conv-attributes.ts';
import type { Emitter } from './emitter.ts';

const LOWEST = -3.4028234663852886e38;

/** [y, flat positions of the largest elements in x]. WebGPU has no kernel for the positions. */
function withIndices(e: Emitter, x: string, w: Window): readonly string[] {
  return e.nodeParts('MaxPool', [x], poolAttributes(w), { outputs: 2 });
}

/** Where the gradient will ask for positions they are written at once; a graph that never uses them loses that output again. */
export const lowerMaxPool: Lowering<'maxPool2d'> = (e, { names: [x], inputs: [{ shape }], attrs }) =>
  e.target === 'webgpu' || tiles(shape, attrs) ? e.node('MaxPool', [x!], poolAttributes(attrs)) : withIndices(e, x!, attrs)[0]!;

export const lowerMaxPoolGradient: Lowering<'maxPool2dGradient'> = (e, { names: [x, dy], inputs: [{ shape }, dys], attrs }) => {
  if (e.target !== 'webgpu') {
    const [, at] = withIndices(e, x!, attrs);
    const count = sizeOf(dys.shape);
    const blank = e.node('Expand', [e.scalar(0), e.ints([sizeOf(shape)])]);
    const flat = e.node('ScatterElements', [blank, e.reshape(at!, [count]), e.reshape(dy!, [count])], {
      axis: { int: 0 },
      reduction: { text: 'add' },
    });
    return e.reshape(flat, shape);
  }
  const [n, c, height, width] = shape as [number, number, number, number];
  const [h, v] = dys.shape.slice(2) as [number, number];
  const placed = e.node('Mul', [firstLargest(e, x!, shape, dys.shape, attrs), e.reshape(dy!, [n * c, 1, h, v])]);
  const [top, left, bottom, right] = attrs.padding;
  const [kh, kw] = attrs.size;
  const extra = [height - ((h - 1) * attrs.stride[0] - top - bottom + kh), width - ((v - 1) * attrs.stride[1] - left - right + kw)];
  return e.reshape(e.node('ConvTranspose', [placed, taps(e, attrs)], { ...poolAttributes(attrs), output_padding: { ints: extra } }), shape);
};

export const lowerMaxPoolSelect: Lowering<'maxPool2dSelect'> = (e, { names: [x, g], inputs: [{ shape }], attrs, shape: out }) => {
  const [n, c, height, width] = shape as [number, number, number, number];
  if (e.target !== 'webgpu') return e.node('Gather', [e.reshape(g!, [sizeOf(shape)]), withIndices(e, x!, attrs)[1]!], { axis: { int: 0 } });
  const columns = e.node('Conv', [e.reshape(g!, [n * c, 1, height, width]), taps(e, attrs)], poolAttributes(attrs));
  const picked = e.node('Mul', [firstLargest(e, x!, shape, out, attrs), columns]);
  return e.reshape(e.node('ReduceSum', [picked, e.ints([1])], { keepdims: { int: 0 } }), out);
};

/** One-hot kernels [kh kw, 1, kh, kw]: a convolution with them gives the elements of each window, one channel a place. */
function taps(e: Emitter, { size: [kh, kw] }: Window): string {
  const count = kh * kw;
  const data = new Float32Array(count * count);
  for (let t = 0; t < count; t++) data[t * count + t] = 1;
  return e.tensor(data, [count, 1, kh, kw]);
}

/** [N C, kh kw, h, w]: 1 at the first place of each window that holds its largest element, else 0. */
function firstLargest(e: Emitter, x: string, shape: readonly number[], out: readonly number[], w: Window): string {
  const [n, c, height, width] = shape as [number, number, number, number];
  const [h, v] = out.slice(2) as [number, number];
  const [top, left, bottom, right] = w.padding;
  const pictures = e.reshape(x, [n * c, 1, height, width]);
  const padded = w.padding.every((p) => p === 0)
    ? pictures
    : e.node('Pad', [pictures, e.ints([0, 0, top, left, 0, 0, bottom, right]), e.scalar(LOWEST)], { mode: { text: 'constant' } });
  const columns = e.node('Conv', [padded, taps(e, w)], poolAttributes({ ...w, padding: [0, 0, 0, 0] }));
  const largest = e.reshape(e.node('MaxPool', [x], poolAttributes(w)), [n * c, 1, h, v]);
  const hit = e.node('Cast', [e.node('Equal', [columns, largest])], { to: { int: 1 } });
  const before = e.node('CumSum', [hit, e.tensor(Int32Array.of(1), [])], { exclusive: { int: 1 } });
  return e.node('Mul', [hit, e.node('Relu', [e.node('Sub', [e.scalar(1), before])])]);
}
