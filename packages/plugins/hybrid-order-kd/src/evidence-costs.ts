import { type Runtime, type Session, Tensor } from '@verilens/core';
import type { Figures } from '@verilens/metrics';
import { exportInference, float32, importOnnx, namedParams, namedStates, random, type Summary, summary, targetOf } from '@verilens/nn';
import { type HybridConfig, PLACE } from './config.ts';
import type { OnnxTeacher } from './onnx-teacher.ts';
import { type Stream, streamOf } from './stream.ts';

export type Costs = Readonly<Record<'teacher' | 'student', Figures>>;

/**
 * Sizes, and milliseconds a picture: one picture at a time, the two networks in turns, medians. A pretrained teacher sees its own
 * size.
 */
export async function costsOf(
  config: HybridConfig,
  classes: number,
  runtime: Runtime,
  rounds: number,
  pretrained?: OnnxTeacher,
): Promise<Costs> {
  const { channels, high, low, fed } = config;
  const shared = {
    channels,
    classes,
    normalisation: { mean: [0, 0, 0].slice(0, channels), std: [1, 1, 1].slice(0, channels) },
  };
  const networks = [
    pretrained === undefined
      ? measured(streamOf({ ...shared, config: config.teacher }), channels, high, runtime)
      : measuredOnnx(pretrained),
    measured(streamOf({ ...shared, config: config.student, fed }), channels, low, runtime),
  ];
  const sessions: Session[] = [];
  const times = networks.map((): number[] => []);
  try {
    for (const { onnx } of networks) sessions.push(await runtime.load(onnx, { name: `${PLACE}, evidence` }));
    for (let round = 0; round < rounds + WARM; round++)
      for (const [i, { shape }] of networks.entries()) {
        const session = sessions[i]!;
        const pictures = new Tensor('float32', new Float32Array(shape.reduce((size, side) => size * side, 1)).fill(0.5), shape);
        const started = performance.now();
        await session.run({ [session.inputs[0]!.name]: pictures });
        if (round >= WARM) times[i]!.push(performance.now() - started);
      }
  } finally {
    for (const session of sessions) await session.dispose();
  }
  const [teacher, student] = networks.map(({ sizes: { parameterCount, multiplyAdds } }, i): Figures => ({
    parameters: parameterCount,
    'multiply-adds': multiplyAdds,
    milliseconds: times[i]!.sort((a, b) => a - b)[rounds >> 1]!,
  })) as [Figures, Figures];
  return { teacher, student };
}

interface Measured {
  readonly onnx: Uint8Array;
  readonly shape: readonly number[];
  readonly sizes: Summary & { readonly multiplyAdds: number };
}

function measured(stream: Stream, channels: number, side: number, runtime: Runtime): Measured {
  const shape = [1, channels, side, side];
  return { onnx: untrained(stream, channels, side, runtime), shape, sizes: summary(stream, [float32(shape)]) };
}

function measuredOnnx({ onnx, input }: OnnxTeacher): Measured {
  // trainable, so that its weights are counted
  const network = importOnnx(onnx, { trainable: () => true, ...(input && { inputs: { [input.name]: [1, ...input.shape] } }) });
  const { shape } = Object.values(network.inputs)[0]!;
  return { onnx, shape, sizes: summary(network, [float32(shape)]) };
}

const WARM = 5;

/** Speed does not depend on what was learned. */
function untrained(stream: Stream, channels: number, side: number, runtime: Runtime): Uint8Array {
  const leaves = [...namedParams(stream), ...namedStates(stream)];
  return exportInference({
    module: stream,
    params: new Map(leaves.map(([name, { shape, init }]) => [name, { shape, data: init(shape, random(0, name)) }])),
    inputs: { pictures: float32([1, channels, side, side]) },
    forward: (p, { pictures }) => ({ ...stream.apply(p, pictures) }),
    target: targetOf(runtime),
  });
}
