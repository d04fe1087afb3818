import { readdirSync } from 'node:fs';
import { Tensor, type Runtime, type TensorMap, type TensorSpec } from '@verilens/core';
import { round, type Row } from '../document.ts';
import { contender, interleave, median, quantile, type RoundOptions } from '../timing.ts';

const PLUGINS = new URL('../../packages/plugins/', import.meta.url);
const SHIPPED = ['stdt', 'f2c', 'hybrid-order-kd', 'relabel-distillation'];

/** The files that plugins are shipped with, one item and sixteen at a time, on the CPU and on the GPU. */
export async function shippedTimes(
  runtimes: Readonly<Record<string, Runtime>>,
  rounds: RoundOptions,
  say: (line: string) => void,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const plugin of SHIPPED)
    for (const file of readdirSync(new URL(`${plugin}/models/`, PLUGINS)).filter((name) => name.endsWith('.onnx')))
      for (const batch of [1, 16]) {
        const sessions = await Promise.all(
          Object.entries(runtimes).map(async ([engine, runtime]) => ({
            engine,
            session: await runtime.load(new URL(`${plugin}/models/${file}`, PLUGINS)),
          })),
        );
        const times = await interleave(
          sessions.map(({ engine, session }) => {
            const feeds = noise(session.inputs, batch);
            return contender(engine, () => session.run(feeds));
          }),
          rounds,
        );
        for (const { session } of sessions) await session.dispose();
        for (const [engine, values] of times)
          rows.push({
            model: `${plugin} ${file}`,
            work: 'inference',
            batch,
            engine,
            'ms (median)': round(median(values), 2),
            'ms (p10)': round(quantile(values, 0.1), 2),
            'ratio to CPU': round(median(values) / median(times.get('cpu')!), 2),
            repetitions: values.length,
          });
        say(`${plugin} ${file}, ${batch}: ${[...times].map(([engine, values]) => `${engine} ${round(median(values), 2)} ms`).join(', ')}`);
      }
  return rows;
}

/** Something for every input; free dimensions are the batch. */
function noise(inputs: readonly TensorSpec[], batch: number): TensorMap {
  return Object.fromEntries(
    inputs.map(({ name, dtype, shape }) => {
      const dims = shape.map((dim) => (typeof dim === 'number' ? dim : batch));
      const size = dims.reduce((a, b) => a * b, 1);
      return [
        name,
        dtype === 'int32'
          ? new Tensor('int32', new Int32Array(size), dims)
          : new Tensor(
              'float32',
              Float32Array.from({ length: size }, (_, i) => Math.sin(i)),
              dims,
            ),
      ];
    }),
  );
}
