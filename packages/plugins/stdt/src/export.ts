import { exportInference, float32, int32, type Parameters } from '@verilens/nn';
import { bagLength, type StdtConfig } from './config.ts';
import { stdtNetwork } from './model.ts';
import { patchLength } from './traces.ts';

/**
 * The inference graph of trained parameters: `patches` [batch, k * m, patchLength], `cells` and `frames` int32
 * [batch, k * m] -> `logits` [batch, 2]. Equal parameters give equal bytes.
 */
export function exportNetwork(config: StdtConfig, params: Parameters): Uint8Array {
  const network = stdtNetwork(config);
  const count = bagLength(config);
  return exportInference({
    module: network,
    params,
    inputs: { patches: float32(['batch', count, patchLength(config)]), cells: int32(['batch', count]), frames: int32(['batch', count]) },
    forward: (p, { patches, cells, frames }) => ({ logits: network.apply(p, { patches, cells, frames }) }),
    target: 'native',
  });
}
