import { packed, type Torch } from './pytorch.ts';
import type { Parameters } from '@verilens/nn';
import type { NetworkCase } from '../networks/networks.ts';
import { fastest, type FastestOptions } from '../fastest.ts';
import type { Contender } from '../timing.ts';

/** What is timed of a network. */
export type Work = 'training step' | 'inference';

/** Steps whose losses are compared before anything is timed. */
export const CHECKED_STEPS = 5;
/** Of AdamW, for matrices and kernels alone. */
export const WEIGHT_DECAY = 0.01;

export interface TorchChoice {
  readonly contender: Contender;
  readonly choice: string;
  readonly losses: readonly number[];
  dispose(): Promise<void>;
}

/** Tries every thread setting and keeps the fastest; the others forget the model. */
export async function fastestTorch(
  { config, batch: samples, optimizer, learningRate }: NetworkCase,
  work: Work,
  params: Parameters,
  batch: { x: Float32Array; y: Int32Array },
  shape: readonly number[],
  torches: readonly Torch[],
  choosing?: FastestOptions,
): Promise<TorchChoice> {
  const train = work === 'training step';
  const request = {
    do: 'make',
    mode: train ? 'train' : 'infer',
    config,
    params: Object.fromEntries([...params].map(([name, { data, shape }]) => [name, packed(data, shape)])),
    x: packed(batch.x, shape),
    y: packed(batch.y, [samples]),
    optimizer: { name: optimizer, learningRate, weightDecay: WEIGHT_DECAY },
  };
  const tried: (Contender & { readonly torch: Torch; readonly id: string; readonly losses: readonly number[] })[] = [];
  for (const torch of torches) {
    for (const foreach of train ? [false, true] : [false]) {
      const id = `${work} ${foreach}`;
      await torch.ask({ ...request, id, foreach, device: torch.setting.device });
      const { losses } = await torch.ask<{ losses: number[] }>({ do: 'losses', id, count: train ? CHECKED_STEPS : 1 });
      tried.push({
        name: `${torch.setting.name}${foreach ? ', foreach' : ''}`,
        torch,
        id,
        losses,
        repeat: async (count) => (await torch.ask<{ times: number[] }>({ do: train ? 'train' : 'infer', id, count })).times,
      });
    }
  }
  const best = await fastest(tried, choosing);
  for (const { torch, id } of tried) if (torch !== best.torch || id !== best.id) await torch.ask({ do: 'drop', id });
  return {
    contender: { name: 'pytorch', repeat: (count) => best.repeat(count) },
    choice: best.name,
    losses: best.losses,
    dispose: async () => void (await best.torch.ask({ do: 'drop', id: best.id })),
  };
}
