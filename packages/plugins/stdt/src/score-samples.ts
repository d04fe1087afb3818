import type { Runtime } from '@verilens/core';
import { createRandom } from '@verilens/data';
import type { Parameters } from '@verilens/nn';
import type { ModelCard } from '@verilens/core';
import type { StdtConfig } from './config.ts';
import { networkCard } from './card.ts';
import { drawBag, type DropoutMode } from './dropout.ts';
import { exportNetwork } from './export.ts';
import { loadNetwork, type Network } from './network.ts';
import { clipAt, type Samples } from './samples.ts';

/** A network fresh from training, ready to score clips as a shipped one does, or through bags drawn in a mode of its own. */
export async function trainedNetwork(
  runtime: Runtime,
  config: StdtConfig,
  parameters: Parameters,
  draws: number,
  mode?: DropoutMode,
): Promise<Network> {
  const onnx = exportNetwork(config, parameters);
  const card: ModelCard = await networkCard({ part: 'temporal', config, onnx, command: '', seed: 0, data: [] });
  if (mode === undefined) return loadNetwork(runtime, config, onnx, card, draws);
  const random = createRandom(`stdt/evidence/${mode}`);
  const bags = Array.from({ length: mode === 'fixed' ? 1 : draws }, () => drawBag(config, random, mode));
  return loadNetwork(runtime, config, onnx, card, bags.length, undefined, bags);
}

/** Log-odds of every clip, in order. */
export async function scoreSamples(network: Network, samples: Samples, signal?: AbortSignal): Promise<Float64Array> {
  const scores = new Float64Array(samples.count);
  for (let i = 0; i < samples.count; i++) scores[i] = await network.logit(clipAt(samples, i), { signal });
  return scores;
}
