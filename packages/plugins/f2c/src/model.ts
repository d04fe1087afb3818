import { exportInference, float32, module, mul, type Module, type Parameters, type Sym } from '@verilens/nn';
import { classifier } from './classifier.ts';
import { checkConfig, type F2cConfig } from './config.ts';
import { filtered } from './filter.ts';

/** Filter (no weights), one global scale, classifier: tiles [N, 3, S, S] of values 0..1 to logits [N], above 0 for "generated". */
export function f2cNetwork(config: F2cConfig, scale: number): Module<object, [tiles: Sym], Sym> {
  checkConfig(config);
  const net = classifier(config);
  return module('f2c', { net }, (p, tiles: Sym) => net.apply(p.net, mul(filtered(config, tiles), scale)));
}

/** `tiles` [batch, 3, S, S] -> `logits` [batch]. Equal parameters give equal bytes. */
export function exportF2c(config: F2cConfig, scale: number, params: Parameters): Uint8Array {
  const network = f2cNetwork(config, scale);
  return exportInference({
    module: network,
    params,
    inputs: { tiles: float32(['batch', 3, config.tile, config.tile]) },
    forward: (p, { tiles }) => ({ logits: network.apply(p, tiles) }),
    target: 'native',
  });
}
