import type { Convolution } from '../op-types.ts';
import type { Attribute } from './emitted-graph.ts';
import type { Emitter } from './emitter.ts';

/**
 * Convolutions that ONNX Runtime 1.30 silently computes wrong on WebGPU, found by comparing sweeps of shapes with the CPU, and the
 * shapes that it computes right. Each function writes the node if it knows a way round, and nothing if the plain node is right.
 */

type Attributes = Readonly<Record<string, Attribute>>;
type Sizes = readonly [inputs: number, outputs: number];

const upTo = (count: number, multiple: number): number => Math.ceil(count / multiple) * multiple;

function padAxis(e: Emitter, x: string, rank: number, axis: number, extra: number): string {
  const widths = Array.from({ length: 2 * rank }, (_, i) => (i === rank + axis ? extra : 0));
  return e.node('Pad', [x, e.ints(widths), e.scalar(0)], { mode: { text: 'constant' } });
}

/** The first `kept` of every `each` channels. */
function keepChannels(e: Emitter, y: string, groups: number, each: number, kept: number): string {
  const indices = Array.from({ length: groups * kept }, (_, i) => Math.floor(i / kept) * each + (i % kept));
  return e.node('Gather', [y, e.ints(indices)], { axis: { int: 1 } });
}

/** `sizes`: channels of x and of the result. */
export function webgpuConv(
  e: Emitter,
  x: string,
  w: string,
  bias: string | undefined,
  c: Convolution,
  [inputs, outputs]: Sizes,
  attributes: Attributes,
): string | undefined {
  const { groups, size, stride, padding } = c;
  if (groups === 1) {
    // wrong: input channels a multiple of 3 but not of 4 and more than 3, output channels a multiple of 4; a product of matrices is right
    const product = [...size, ...stride].every((n) => n === 1) && padding.every((p) => p === 0);
    if (product || inputs <= 3 || inputs % 3 !== 0 || inputs % 4 === 0 || outputs % 4 !== 0) return undefined;
    const extra = upTo(inputs, 4) - inputs;
    return e.node('Conv', [padAxis(e, x, 4, 1, extra), padAxis(e, w, 4, 1, extra), ...(bias === undefined ? [] : [bias])], attributes);
  }
  // wrong: 4 or more outputs in each group that are no multiple of the vector the kernel writes, which goes by all outputs
  const each = outputs / groups;
  const vector = outputs % 4 === 0 ? 4 : outputs % 2 === 0 ? 2 : 1;
  if (each < 4 || each % vector === 0) return undefined;
  const whole = upTo(each, 4);
  const perGroup = inputs / groups;
  const kernels = padAxis(e, e.reshape(w, [groups, each, perGroup * size[0] * size[1]]), 3, 1, whole - each);
  const biases = bias === undefined ? [] : [e.reshape(padAxis(e, e.reshape(bias, [groups, each]), 2, 1, whole - each), [groups * whole])];
  const y = e.node('Conv', [x, e.reshape(kernels, [groups * whole, perGroup, ...size]), ...biases], attributes);
  return keepChannels(e, y, groups, whole, each);
}

/** Wrong: several groups of one output and an even number of inputs each. With a second output of zeros it is right. */
export function webgpuConvTranspose(
  e: Emitter,
  x: string,
  w: string,
  groups: number,
  [inputs, outputs]: Sizes,
  attributes: Attributes,
): string | undefined {
  if (groups === 1 || outputs !== groups || (inputs / groups) % 2 !== 0) return undefined;
  return keepChannels(e, e.node('ConvTranspose', [x, padAxis(e, w, 4, 1, 1)], attributes), groups, 2, 1);
}
