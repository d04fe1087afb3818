import {
  add,
  batchNormModule,
  type BatchNormParams,
  type BatchNormUse,
  conv2dModule,
  globalAveragePool,
  leakyRelu,
  type LinearParams,
  maxPool2d,
  module,
  type Module,
  mul,
  relu,
  sequential,
  sub,
  type Sym,
} from '@verilens/nn';
import type { Cd2Config } from './config.ts';

/** Pictures [N, 3, side, side], RGB 0..1 -> features [N, width]. Its parameters are frozen after the base session. */
export type Backbone = Module<readonly unknown[], [pictures: Sym], Sym>;

export function backboneOf({ backbone }: Cd2Config): Backbone {
  return backbone.kind === 'conv4' ? convolutions(backbone.widths) : resnet12();
}

/** About -2..2, where weights are initialised for. */
const centred = (x: Sym): Sym => mul(sub(x, 0.5), 4);

/** Blocks of 3x3 convolution, batch normalisation, ReLU, 2x2 maximum; then the mean over positions. */
function convolutions(widths: readonly number[]): Backbone {
  const blocks = widths.flatMap((width, i) => [
    conv2dModule(widths[i - 1] ?? 3, width, 3, { padding: 1, bias: false }),
    batchNormModule(width),
    (x: Sym) => maxPool2d(relu(x), { size: 2 }),
  ]);
  return sequential(centred, ...blocks, globalAveragePool);
}

type Conv = Module<LinearParams, [x: Sym], Sym>;
type BatchNorm = Module<BatchNormParams, [x: Sym, use?: BatchNormUse], Sym>;
type Block = Module<
  { readonly convs: readonly Conv[]; readonly norms: readonly BatchNorm[]; readonly shortcut: Conv; readonly shortcutNorm: BatchNorm },
  [x: Sym],
  Sym
>;

/** ResNet-12 of the few-shot literature: widths 64, 160, 320, 640, three 3x3 convolutions a block, 12.4 million weights. */
function resnet12(): Backbone {
  const widths = [64, 160, 320, 640];
  return sequential(centred, ...widths.map((width, i) => block(widths[i - 1] ?? 3, width)), globalAveragePool);
}

function block(inputs: number, width: number): Block {
  const convs = [inputs, width, width].map((from) => conv2dModule(from, width, 3, { padding: 1, bias: false }));
  const norms = convs.map(() => batchNormModule(width));
  const shortcut = conv2dModule(inputs, width, 1, { bias: false });
  const shortcutNorm = batchNormModule(width);
  return module('resnet12 block', { convs, norms, shortcut, shortcutNorm }, (p, x: Sym) => {
    let y = x;
    convs.forEach((conv, i) => {
      y = norms[i]!.apply(p.norms[i]!, conv.apply(p.convs[i]!, y));
      if (i < convs.length - 1) y = leakyRelu(y, 0.1);
    });
    const past = shortcutNorm.apply(p.shortcutNorm, shortcut.apply(p.shortcut, x));
    return maxPool2d(leakyRelu(add(y, past), 0.1), { size: 2 });
  });
}
