import {
  batchNormModule,
  constant,
  conv2dModule,
  globalAveragePool,
  linear,
  type LinearParams,
  module,
  type Module,
  mul,
  relu,
  residualBlock,
  resize,
  sequential,
  sub,
  type Sym,
} from '@verilens/nn';
import type { StreamConfig } from './config.ts';

/** Mean and deviation of the training pictures' values, one per channel. */
export interface Normalisation {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

export interface StreamShape {
  readonly config: StreamConfig;
  readonly channels: 1 | 3;
  readonly classes: number;
  readonly normalisation: Normalisation;
  /** Side to which pictures are enlarged first. Left out: they are taken as they are. */
  readonly fed?: number;
}

type Linear = Module<LinearParams, [x: Sym], Sym>;
type Trunk = Module<readonly unknown[], [x: Sym], Sym>;

/** Pictures [N, channels, side, side], 0..1, of any side -> embedding [N, d] and logits [N, classes]. */
export type Stream = Module<
  { readonly trunk: Trunk; readonly embed: Linear; readonly head: Linear },
  [pictures: Sym],
  { readonly embedding: Sym; readonly logits: Sym }
>;

/** One of the three streams. Its parameters fit pictures of any side, so an assistant is a student that sees better. */
export function streamOf({ config, channels, classes, normalisation, fed }: StreamShape): Stream {
  const [trunk, width] = config.kind === 'convolutions' ? convolutions(config.layers, channels) : residual(config, channels);
  const [embed, head] = [linear(width, config.embedding), linear(config.embedding, classes)];
  const mean = constant(Float32Array.from(normalisation.mean), [1, channels, 1, 1]);
  const scale = constant(
    Float32Array.from(normalisation.std, (std) => 1 / std),
    [1, channels, 1, 1],
  );
  return module('stream', { trunk, embed, head }, (p, pictures: Sym) => {
    const seen = fed === undefined ? pictures : resize(pictures, [fed, fed], { mode: 'bilinear' });
    const embedding = embed.apply(p.embed, trunk.apply(p.trunk, mul(sub(seen, mean), scale)));
    return { embedding, logits: head.apply(p.head, embedding) };
  });
}

function convolutions(layers: readonly { readonly width: number; readonly stride: 1 | 2 }[], channels: number): readonly [Trunk, number] {
  const widthAt = (i: number): number => layers[i]?.width ?? channels;
  const blocks = layers.flatMap(({ width, stride }, i) => [
    conv2dModule(widthAt(i - 1), width, 3, { stride, padding: 1, bias: false }),
    batchNormModule(width),
    (x: Sym) => relu(x),
  ]);
  return [sequential(...blocks, globalAveragePool), widthAt(layers.length - 1)];
}

function residual({ widths, blocks }: Extract<StreamConfig, { kind: 'residual' }>, channels: number): readonly [Trunk, number] {
  const stem = widths[0]!;
  const stages = widths.flatMap((width, stage) =>
    Array.from({ length: blocks }, (_, i) =>
      residualBlock(i > 0 ? width : (widths[stage - 1] ?? stem), width, { stride: i === 0 && stage > 0 ? 2 : 1 }),
    ),
  );
  const trunk = sequential(
    conv2dModule(channels, stem, 3, { padding: 1, bias: false }),
    batchNormModule(stem),
    (x: Sym) => relu(x),
    ...stages,
    globalAveragePool,
  );
  return [trunk, widths.at(-1)!];
}
