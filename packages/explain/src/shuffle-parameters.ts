import { exportInference, importOnnx, namedParams, random } from '@verilens/nn';
import type { ImageModelShape } from './image-model.ts';

/**
 * The same network with the values of each parameter shuffled (statistics of batch normalisation stay): the model that knows nothing, for
 * the randomisation check. Values keep their distribution, so scores keep their scale.
 * @throws VerilensError as `importOnnx`
 */
export function shuffledParameters(bytes: Uint8Array, shape: ImageModelShape, seed: number): Uint8Array {
  const { width, height, channels, layout, batch, input, output } = shape;
  const sizes = [batch ?? 1, ...(layout === 'nchw' ? [channels, height, width] : [height, width, channels])];
  const net = importOnnx(bytes, { outputs: [output], inputs: { [input]: sizes }, trainable: () => true });
  const params = new Map<string, { readonly shape: readonly number[]; readonly data: Float32Array }>();
  for (const [name, spec] of namedParams(net)) {
    const draw = random(seed, name);
    const data = spec.init(spec.shape, draw).slice();
    for (let last = data.length - 1; last > 0; last--) {
      const other = draw.below(last + 1);
      [data[last], data[other]] = [data[other]!, data[last]!];
    }
    params.set(name, { shape: spec.shape, data });
  }
  return exportInference({
    module: net,
    params,
    inputs: { [input]: { shape: [batch ?? 'N', ...sizes.slice(1)], dtype: 'float32' } },
    target: 'native',
    forward: (p, inputs) => net.apply(p, inputs),
  });
}
