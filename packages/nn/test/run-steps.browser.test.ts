import { wasm } from '@verilens/runtime-wasm';
import { expect, it } from 'vitest';
import * as nn from '../src/index.ts';

const B = 4;
const hidden = nn.linear(6, 8);
const head = nn.linear(8, 3);
const net = nn.module('net', { hidden, head }, (p, x: nn.Sym, draw: nn.Draw) =>
  head.apply(p.head, nn.dropout(nn.relu(hidden.apply(p.hidden, x)), 0.2, draw)),
);

const batches = Array.from({ length: 5 }, (_, at): nn.Batch => {
  const { normal, below } = nn.random(7, at);
  return { x: Float32Array.from({ length: B * 6 }, () => normal()), y: Int32Array.from({ length: B }, () => below(3)) };
});

it.each([
  ['WASM: several steps in one run', 'wasm', true],
  ['WebGPU: single steps, as loops are not for it', 'webgpu', false],
] as const)('%s, with the bits of single steps', async (_, device, loops) => {
  await using runtime = await wasm({ device, threads: 1 });
  const step = nn.trainingStep({
    module: net,
    inputs: { x: nn.float32([B, 6]), y: nn.int32([B]) },
    loss: (p, { x, y }, draw) => ({ loss: nn.crossEntropy(net.apply(p, x, draw), y) }),
    optimizer: nn.adamW(),
    clipNorm: 1,
    target: nn.targetOf(runtime),
  });
  await using single = await nn.createTrainer(step, { runtime, seed: 0 });
  await using several = await nn.createTrainer(step, { runtime, seed: 0 });
  expect(several.mostPerRun > 1).toBe(loops);
  const losses: number[] = [];
  for (const batch of batches) losses.push((await single.step(batch, 0.01)).loss);
  const results = await several.runSteps(
    batches,
    batches.map(() => 0.01),
  );
  expect(results.map(({ loss }) => loss)).toEqual(losses);
  expect(several.save()).toEqual(single.save());
});
