import { Tensor, type Runtime, type TensorMap } from '@verilens/core';
import { afterAll, beforeAll, describe, it, expect } from 'vitest';
import * as nn from '../src/index.ts';
import type { Sym } from '../src/index.ts';
import { devices } from './devices.ts';
import { builders } from './fixture-builders/index.ts';
import { readFixture, readJsonFixture, worst } from './fixture-files.ts';

interface Case {
  readonly name: string;
  readonly op: string;
  readonly attrs: object;
  readonly inputs: number;
  readonly second: boolean;
}

const families = await Promise.all(
  Object.entries(builders).map(async ([family, build]) => ({
    family,
    build,
    cases: await readJsonFixture<Case[]>(`${family}.json`),
    values: nn.readSafetensors(await readFixture(`${family}.safetensors`)).tensors,
  })),
);
const rows = families.flatMap(({ family, build, cases, values }) =>
  cases.map((row) => [`${family}: ${row.op} ${row.name}`, { ...row, build, values }] as const),
);

describe.each(devices)('against PyTorch, $name', ({ open, skip, slow }) => {
  let runtime: Runtime;
  beforeAll(async () => {
    if (skip === undefined) runtime = await open();
  });
  afterAll(() => runtime?.dispose());

  it.skipIf(slow || skip !== undefined).each(rows)('%s', async (label, row) => {
    const value = (key: string): Float32Array => row.values.get(`${row.name}.${key}`)!.data as Float32Array;
    const inputs: Record<string, Sym> = {};
    const feeds: TensorMap = {};
    for (let i = 0; i < row.inputs; i++) {
      const { shape } = row.values.get(`${row.name}.x${i}`)!;
      inputs[`x${i}`] = nn.input(`x${i}`, { shape, dtype: 'float32' });
      feeds[`x${i}`] = new Tensor('float32', value(`x${i}`), shape);
    }
    const syms = Object.values(inputs);
    const y = (row.build[row.op] as (attrs: object, ...x: Sym[]) => Sym)(row.attrs, ...syms);
    const first = nn.gradients(nn.sum(nn.mul(y, nn.constant(value('w'), y.shape))), syms);
    const outputs: Record<string, Sym> = { y, ...Object.fromEntries(first.map((g, i) => [`g${i}`, g])) };
    if (row.second) {
      const along = nn.addAll(first.map((g, i) => nn.sum(nn.mul(g, nn.constant(value(`d${i}`), g.shape)))));
      nn.gradients(along, syms).forEach((h, i) => (outputs[`h${i}`] = h));
    }
    const session = await runtime.load(nn.writeGraph({ inputs, outputs, target: nn.targetOf(runtime) }), { name: label });
    const results = await session.run(feeds);
    await session.dispose();
    for (const key of Object.keys(outputs)) expect(worst(results[key]!.data as Float32Array, value(key)), key).toBeLessThan(2e-5);
  });
});
