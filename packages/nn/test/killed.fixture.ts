import { folderStore } from '@verilens/core/node';
import { native } from '@verilens/runtime-native';
import * as nn from '../src/index.ts';
import { smallVit } from './small-vit.ts';

/** A training run of its own process, to be killed by killed.test.ts: folder, steps, and whether memory is measured. */
const [folder, count, mode] = process.argv.slice(2) as [string, string, string?];
const steps = Number(count);
const vit = smallVit({ width: 96, depth: 1, heads: 2, patch: 6, tokens: 4, classes: 2 });
const step = nn.trainingStep({
  module: vit,
  inputs: { x: nn.float32([8, 4, 6]), y: nn.int32([8]) },
  loss: (p, { x, y }, draw) => ({ loss: nn.crossEntropy(vit.apply(p as never, x, { dropout: 0.1, draw }), y) }),
  optimizer: nn.averaged(nn.adamW()),
  clipNorm: 1,
  target: 'native',
});
await using runtime = await native({ device: 'cpu', threads: 2 });
await using trainer = await nn.createTrainer(step, { runtime, seed: 7 });
const memory: number[] = [];
await nn.fit({
  trainer,
  steps,
  schedule: nn.cosine({ peak: 3e-3, steps, warmup: 10 }),
  batch: (at) => {
    const { normal, below } = nn.random(5, at);
    return { x: Float32Array.from({ length: 8 * 24 }, () => normal()), y: Int32Array.from({ length: 8 }, () => below(2)) };
  },
  checkpoints: mode === 'memory' ? undefined : folderStore(folder),
  checkpointEvery: 1,
  onProgress: ({ step: done }) => {
    if (mode !== 'memory') process.stdout.write(`step ${done}\n`);
    else if (done % 10 === 0) memory.push(process.memoryUsage.rss());
  },
});
if (mode === 'memory') process.stdout.write(JSON.stringify(memory));
