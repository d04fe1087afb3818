import {
  add,
  batchNormModule,
  conv2dModule,
  globalAveragePool,
  linear,
  maxPool2d,
  module,
  relu,
  reshape,
  type Module,
  type Sym,
} from '@verilens/nn';
import type { F2cConfig } from './config.ts';

type Net = Module<object, [x: Sym], Sym>;

/** [N, 3, S, S] to one logit each, [N]. */
export function classifier({ backbone }: Pick<F2cConfig, 'backbone'>): Net {
  return backbone.kind === 'cnn4' ? cnn4(backbone.widths) : resnet50();
}

/** Convolution, batch normalisation, ReLU, four times; mean over the map; one number. */
function cnn4(widths: readonly number[]): Net {
  const blocks = widths.map((width, i) => ({
    // the first convolution keeps the resolution: what it looks for lies at the highest frequencies
    conv: conv2dModule(i === 0 ? 3 : widths[i - 1]!, width, 3, { stride: i === 0 ? 1 : 2, padding: 1, bias: false }),
    norm: batchNormModule(width),
  }));
  const head = linear(widths.at(-1)!, 1);
  return module('cnn4', { blocks, head }, (p, x: Sym) => {
    const features = blocks.reduce((h, { conv, norm }, i) => relu(norm.apply(p.blocks[i]!.norm, conv.apply(p.blocks[i]!.conv, h))), x);
    return reshape(head.apply(p.head, globalAveragePool(features)), [x.shape[0]!]);
  });
}

/** He et al. 2016: a 1x1, a 3x3 and a 1x1 convolution around the shortcut; the stride lies in the 3x3, as in torchvision. */
function bottleneck(inputs: number, middle: number, stride: number): Net {
  const outputs = 4 * middle;
  const same = stride === 1 && inputs === outputs;
  const parts = {
    conv1: conv2dModule(inputs, middle, 1, { bias: false }),
    norm1: batchNormModule(middle),
    conv2: conv2dModule(middle, middle, 3, { stride, padding: 1, bias: false }),
    norm2: batchNormModule(middle),
    conv3: conv2dModule(middle, outputs, 1, { bias: false }),
    norm3: batchNormModule(outputs),
  };
  const shortcut = { conv: conv2dModule(inputs, outputs, 1, { stride, bias: false }), norm: batchNormModule(outputs) };
  if (same) return module('bottleneck', parts, (p, x: Sym) => relu(add(x, branch(parts, p, x))));
  return module('bottleneck', { ...parts, shortcut }, (p, x: Sym) =>
    relu(add(shortcut.norm.apply(p.shortcut.norm, shortcut.conv.apply(p.shortcut.conv, x)), branch(parts, p, x))),
  );
}

type Conv = ReturnType<typeof conv2dModule>;
type Norm = ReturnType<typeof batchNormModule>;
interface Branch {
  readonly conv1: Conv;
  readonly norm1: Norm;
  readonly conv2: Conv;
  readonly norm2: Norm;
  readonly conv3: Conv;
  readonly norm3: Norm;
}

function branch(parts: Branch, p: { readonly [K in keyof Branch]: Parameters<Branch[K]['apply']>[0] }, x: Sym): Sym {
  const first = relu(parts.norm1.apply(p.norm1, parts.conv1.apply(p.conv1, x)));
  const second = relu(parts.norm2.apply(p.norm2, parts.conv2.apply(p.conv2, first)));
  return parts.norm3.apply(p.norm3, parts.conv3.apply(p.conv3, second));
}

/** ResNet-50 with one output: 23,510,081 weights. */
function resnet50(): Net {
  const stem = conv2dModule(3, 64, 7, { stride: 2, padding: 3, bias: false });
  const norm = batchNormModule(64);
  const stages = [
    [64, 3],
    [128, 4],
    [256, 6],
    [512, 3],
  ] as const;
  let inputs = 64;
  const blocks = stages.flatMap(([middle, count], stage) =>
    Array.from({ length: count }, (_, i) => {
      const block = bottleneck(inputs, middle, i === 0 && stage > 0 ? 2 : 1);
      inputs = 4 * middle;
      return block;
    }),
  );
  const head = linear(2048, 1);
  return module('resnet50', { stem, norm, blocks, head }, (p, x: Sym) => {
    const start = maxPool2d(relu(norm.apply(p.norm, stem.apply(p.stem, x))), { size: 3, stride: 2, padding: 1 });
    const features = blocks.reduce((h, block, i) => block.apply(p.blocks[i]!, h), start);
    return reshape(head.apply(p.head, globalAveragePool(features)), [x.shape[0]!]);
  });
}
