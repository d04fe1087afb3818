import {
  conv2dModule,
  convTranspose2dModule,
  fanInUniform,
  module,
  pixelShuffle,
  resize,
  upsampleNearest,
  type Initialiser,
  type Module,
  type Sym,
} from '@verilens/nn';

/**
 * How a generator doubles the side of a map. Each leaves a trace of its own: repeated pixels, a soft low-pass, the uneven
 * overlap of transposed convolutions, or four phases that were never smoothed against each other.
 */
export const UPSAMPLINGS = ['nearest', 'bilinear', 'transposed', 'shuffle'] as const;
export type Upsampling = (typeof UPSAMPLINGS)[number];

/** x [N, inputs, H, W] -> [N, outputs, 2H, 2W], one convolution with learned weights. */
export function upsampler(kind: Upsampling, inputs: number, outputs: number): Module<{ readonly conv: object }, [x: Sym], Sym> {
  if (kind === 'transposed') {
    // size 4 at stride 2 overlaps evenly; what unevenness is left is the weights' own
    const conv = convTranspose2dModule(inputs, outputs, 4, { stride: 2, padding: 1 });
    return module('upsampler', { conv }, (p, x: Sym) => conv.apply(p.conv, x));
  }
  if (kind === 'shuffle') {
    const conv = conv2dModule(inputs, 4 * outputs, 3, { padding: 1, init: equalPhases });
    return module('upsampler', { conv }, (p, x: Sym) => pixelShuffle(conv.apply(p.conv, x), 2));
  }
  const conv = conv2dModule(inputs, outputs, 3, { padding: 1 });
  return module('upsampler', { conv }, (p, x: Sym) => {
    const [height, width] = [x.shape[2]!, x.shape[3]!];
    const larger = kind === 'nearest' ? upsampleNearest(x, [2, 2]) : resize(x, [2 * height, 2 * width], { mode: 'bilinear' });
    return conv.apply(p.conv, larger);
  });
}

/**
 * Aitken et al. 2017, "Checkerboard artifact free sub-pixel convolution": the four phases of each output begin as one, so that the
 * first pictures are enlarged by repeated pixels and not by a checkerboard, which a critic sees at once.
 */
const equalPhases: Initialiser = ([channels, ...kernel], random) => {
  const drawn = fanInUniform()([channels! / 4, ...kernel], random);
  const each = kernel.reduce((product, side) => product * side, 1);
  return Float32Array.from({ length: channels! * each }, (_, i) => drawn[Math.floor(i / (4 * each)) * each + (i % each)]!);
};
