import { type Runtime, type Session, Tensor } from '@verilens/core';
import { exportInference, float32, namedParams, namedStates, random, summary, targetOf } from '@verilens/nn';
import { type HybridConfig, PLACE } from './config.ts';
import type { Figures } from './evidence-runs.ts';
import { type Stream, streamOf } from './stream.ts';

export type Costs = Readonly<Record<'teacher' | 'student', Figures>>;

/** Sizes, and milliseconds a picture: one picture at a time, the two networks in turns, medians. */
export async function costsOf(config: HybridConfig, classes: number, runtime: Runtime, rounds: number): Promise<Costs> {
  const { channels, high, low, fed } = config;
  const normalisation = { mean: [0, 0, 0].slice(0, channels), std: [1, 1, 1].slice(0, channels) };
  const shared = { channels, classes, normalisation };
  const networks = [
    { stream: streamOf({ ...shared, config: config.teacher }), side: high },
    { stream: streamOf({ ...shared, config: config.student, fed }), side: low },
  ];
  const sessions: Session[] = [];
  const times = networks.map((): number[] => []);
  try {
    for (const { stream, side } of networks)
      sessions.push(await runtime.load(untrained(stream, channels, side, runtime), { name: `${PLACE}, evidence` }));
    for (let round = 0; round < rounds + WARM; round++)
      for (const [i, { side }] of networks.entries()) {
        const pictures = new Tensor('float32', new Float32Array(channels * side * side).fill(0.5), [1, channels, side, side]);
        const started = performance.now();
        await sessions[i]!.run({ pictures });
        if (round >= WARM) times[i]!.push(performance.now() - started);
      }
  } finally {
    for (const session of sessions) await session.dispose();
  }
  const [teacher, student] = networks.map(({ stream, side }, i): Figures => {
    const { parameterCount, multiplyAdds } = summary(stream, [float32([1, channels, side, side])]);
    return { parameters: parameterCount, 'multiply-adds': multiplyAdds, milliseconds: times[i]!.sort((a, b) => a - b)[rounds >> 1]! };
  }) as [Figures, Figures];
  return { teacher, student };
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
