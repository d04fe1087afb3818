import { beforeAll, describe, expect, it } from 'vitest';
import { createTrainer, linear, sgd } from '@verilens/nn';
import { native } from '@verilens/runtime-native';
import { hasSoftwareVulkan, useSoftwareVulkan } from '../../packages/runtime-native/test/software-vulkan.ts';
import { NothingToMeasure } from '../document.ts';
import { gpuBench } from '../gpu/gpu-bench.ts';
import { withKeptState } from '../gpu/kept-state.ts';
import { tryKnownFaults } from '../gpu/known-faults.ts';
import { classifierStep } from '../networks/classifier.ts';
import type { Network } from '../networks/conv-nets.ts';

describe.skipIf(!hasSoftwareVulkan)('the benchmark of GPUs, on a software adapter (skipped without a Vulkan driver)', () => {
  beforeAll(useSoftwareVulkan);

  it('measures nothing on an adapter that is a program', async () => {
    const said: string[] = [];
    const run = gpuBench({
      models: ['cnn'],
      batches: [1],
      rounds: { rounds: 1, blockMs: 1 },
      steps: 1,
      sessions: 1,
      shortTable: true,
      software: false,
      say: (line) => said.push(line),
    });
    await expect(run).rejects.toThrow(NothingToMeasure);
    await expect(run).rejects.toThrow('no hardware adapter');
    expect(said.find((line) => line.startsWith('webgpu'))).toContain('software adapter');
  });

  it('finds the convolutions that the graph writer goes round still wrong, and small attention right', async () => {
    await using cpu = await native({ device: 'cpu', threads: 1 });
    await using webgpu = await native({ device: 'webgpu', cpuFallback: false });
    const found = new Map((await tryKnownFaults(webgpu, cpu)).map((outcome) => [outcome.name, outcome.found]));
    expect(found.get('Conv 3x3, 6 to 8 channels')).toBeGreaterThan(0.1);
    expect(found.get('Conv 3x3, 4 to 36 channels in 4 groups')).toBeGreaterThan(0.1);
    expect(found.get('MultiHeadAttention of 17 tokens')).toBeLessThan(1e-5);
    expect(found.get('Concat of 8')).toBe(0);
  });

  it('trains to the same losses with its state kept on the device', async () => {
    await using runtime = await native({ device: 'webgpu' });
    const net = linear(8, 3) as unknown as Network;
    const step = classifierStep(net, [4, 8], sgd(), 'webgpu');
    const batch = { x: Float32Array.from({ length: 32 }, (_, i) => Math.sin(i)), y: Int32Array.of(0, 1, 2, 0) };
    const losses = async (on: typeof runtime): Promise<number[]> => {
      await using trainer = await createTrainer(step, { runtime: on, seed: 0 });
      const found: number[] = [];
      for (let i = 0; i < 3; i++) found.push((await trainer.step(batch, 0.5)).loss);
      return found;
    };
    const kept = await losses(withKeptState(runtime));
    expect(kept).toEqual(await losses(runtime));
    expect(kept[2]).toBeLessThan(kept[0]!);
  });
});
