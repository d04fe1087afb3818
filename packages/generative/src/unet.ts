import {
  add,
  concat,
  conv2dModule,
  groupNormModule,
  linear,
  module,
  reshape,
  silu,
  timeEmbedding,
  zerosInit,
  type Module,
  type Sym,
} from '@verilens/nn';
import { checkConfig, type DdpmConfig } from './config.ts';
import { upsampler } from './upsampling.ts';

type Block = Module<object, [x: Sym, time: Sym], Sym>;

/** Two 3x3 convolutions behind group normalisation and SiLU, the time added between them, and the input added at the end. */
function timedBlock(inputs: number, outputs: number, timeWidth: number, groups: number): Block {
  const norm1 = groupNormModule(groups, inputs);
  const conv1 = conv2dModule(inputs, outputs, 3, { padding: 1 });
  const time = linear(timeWidth, outputs);
  const norm2 = groupNormModule(groups, outputs);
  // begins at zero: the block begins as its shortcut
  const conv2 = conv2dModule(outputs, outputs, 3, { padding: 1, init: zerosInit() });
  const shortcut = inputs === outputs ? undefined : conv2dModule(inputs, outputs, 1, {});
  const parts = { norm1, conv1, time, norm2, conv2, ...(shortcut === undefined ? {} : { shortcut }) };
  return module('timedBlock', parts, (p, x: Sym, t: Sym) => {
    const first = conv1.apply(p.conv1, silu(norm1.apply(p.norm1, x)));
    const shifted = add(first, reshape(time.apply(p.time, t), [x.shape[0]!, outputs, 1, 1]));
    const second = conv2.apply(p.conv2, silu(norm2.apply(p.norm2, shifted)));
    return add(second, shortcut === undefined ? x : shortcut.apply(p.shortcut!, x));
  });
}

/**
 * Answers what the configuration asks for about noised pictures: x [N, 3, S, S] and times [N] (0 .. T - 1) to [N, 3, S, S]. One timed block at each
 * resolution on the way down, one at the bottom, and one on the way up that also sees what came down; no attention.
 */
export function diffusionNetwork(config: DdpmConfig): Module<object, [x: Sym, times: Sym], Sym> {
  const { widths, groups, upsampling } = checkConfig(config);
  const [first, deepest] = [widths[0]!, widths.at(-1)!];
  const timeWidth = 4 * first;
  const time = [linear(2 * first, timeWidth), linear(timeWidth, timeWidth)] as const;
  const stem = conv2dModule(3, first, 3, { padding: 1 });
  const downBlocks = widths.map((width) => timedBlock(width, width, timeWidth, groups));
  const downs = widths.slice(1).map((width, i) => conv2dModule(widths[i]!, width, 3, { stride: 2, padding: 1 }));
  const middle = timedBlock(deepest, deepest, timeWidth, groups);
  const upBlocks = widths.map((width) => timedBlock(2 * width, width, timeWidth, groups));
  const ups = widths.slice(1).map((width, i) => upsampler(upsampling, width, widths[i]!));
  const norm = groupNormModule(groups, first);
  const last = conv2dModule(first, 3, 3, { padding: 1, init: zerosInit() });
  return module('unet', { time, stem, downBlocks, downs, middle, upBlocks, ups, norm, last }, (p, x: Sym, times: Sym) => {
    const t = silu(time[1].apply(p.time[1], silu(time[0].apply(p.time[0], timeEmbedding(times, 2 * first)))));
    const levels = widths.length;
    const kept: Sym[] = [];
    let h = stem.apply(p.stem, x);
    for (let i = 0; i < levels; i++) {
      if (i > 0) h = downs[i - 1]!.apply(p.downs[i - 1]!, h);
      h = downBlocks[i]!.apply(p.downBlocks[i]!, h, t);
      kept.push(h);
    }
    h = middle.apply(p.middle, h, t);
    for (let i = levels - 1; i >= 0; i--) {
      h = upBlocks[i]!.apply(p.upBlocks[i]!, concat([h, kept[i]!], 1), t);
      if (i > 0) h = ups[i - 1]!.apply(p.ups[i - 1]!, h);
    }
    return last.apply(p.last, silu(norm.apply(p.norm, h)));
  });
}
