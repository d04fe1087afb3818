import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tensor, type Runtime, type TensorMap } from '@verilens/core';
import type { OnnxFile, StoredTensor } from '../src/import/onnx-file.ts';
import { readOnnx } from '../src/import/read-onnx.ts';
import { readTensor } from '../src/import/read-tensor.ts';

/** Where Debian's package libonnx-testdata puts the operator vectors of the ONNX project. */
const FOLDER = '/usr/share/libonnx-testdata/data';

/** Why the vectors cannot be run here, or undefined. */
export const vectorsMissing: string | undefined = existsSync(join(FOLDER, 'node'))
  ? undefined
  : 'Debian package libonnx-testdata is not installed';

/** Families of vectors: single operators, and layers and expressions as PyTorch exported them. */
const FAMILIES = ['node', 'pytorch-converted', 'pytorch-operator', 'simple'] as const;

export interface Vector {
  readonly name: string;
  readonly model: Uint8Array;
  readonly file: OnnxFile;
  readonly sets: readonly { readonly inputs: readonly StoredTensor[]; readonly outputs: readonly StoredTensor[] }[];
}

/** A vector, or why it cannot be one here. */
export type Found = { readonly name: string } & ({ readonly vector: Vector } | { readonly why: string });

/** Every vector there is. Those that are not about tensors of numbers say so. */
export function findVectors(): Found[] {
  if (vectorsMissing !== undefined) return [];
  return FAMILIES.flatMap((family) =>
    readdirSync(join(FOLDER, family))
      .sort()
      .map((name) => find(name, join(FOLDER, family, name))),
  );
}

function find(name: string, folder: string): Found {
  const model = new Uint8Array(readFileSync(join(folder, 'model.onnx')));
  let file: OnnxFile;
  try {
    file = readOnnx(model);
  } catch (error) {
    return { name, why: (error as Error).message.includes('standard operators') ? 'no standard operator' : 'strings' };
  }
  const values = [...file.graph.inputs, ...file.graph.outputs];
  if (values.some(({ type }) => type === undefined)) return { name, why: 'sequences and optional values' };
  if (values.some(({ type }) => type === 'string')) return { name, why: 'strings' };
  // numpy has no bfloat16, so these vectors hold another type than their models
  if (values.some(({ type }) => type === 'bfloat16')) return { name, why: 'bfloat16, which the vectors store as another type' };
  const sets = readdirSync(folder)
    .filter((entry) => entry.startsWith('test_data_set'))
    .map((entry) => ({ inputs: tensorsOf(join(folder, entry), 'input'), outputs: tensorsOf(join(folder, entry), 'output') }));
  return { name, vector: { name, model, file, sets } };
}

function tensorsOf(set: string, which: 'input' | 'output'): StoredTensor[] {
  const count = readdirSync(set).filter((entry) => entry.startsWith(`${which}_`)).length;
  return Array.from({ length: count }, (_, i) => {
    const bytes = new Uint8Array(readFileSync(join(set, `${which}_${i}.pb`)));
    return readTensor(bytes, { field: 0, type: 2, value: 0, start: 0, end: bytes.length });
  });
}

/** Largest difference relative to the largest expected magnitude (at least 1); Infinity for other shapes. */
export function difference(got: Tensor, want: StoredTensor): number {
  if (got.dims.join() !== want.shape.join()) return Infinity;
  let scale = 1;
  for (const v of want.data) if (Number.isFinite(v)) scale = Math.max(scale, Math.abs(v));
  let worst = 0;
  want.data.forEach((v, i) => {
    const own = Number(got.data[i]);
    const error = Object.is(own, v) || own === v || (Number.isNaN(own) && Number.isNaN(v)) ? 0 : Math.abs(own - v) / scale;
    if (!(error <= worst)) worst = error;
  });
  return worst;
}

/** Loads a model, runs it once and lets it go. */
export async function runOnce(runtime: Runtime, model: Uint8Array, name: string, feeds: TensorMap): Promise<TensorMap> {
  const session = await runtime.load(model, { name });
  try {
    return await session.run(feeds);
  } finally {
    await session.dispose();
  }
}

const TYPED = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint8: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  bool: Uint8Array,
} as const;

/** A stored tensor in its own element type, or undefined for one that runtimes cannot be given from JavaScript. */
export function asTensor({ type, data, shape }: StoredTensor): Tensor | undefined {
  if (type === 'int64')
    return new Tensor(
      'int64',
      BigInt64Array.from(data, (v) => BigInt(v)),
      shape,
    );
  if (type === 'uint64')
    return new Tensor(
      'uint64',
      BigUint64Array.from(data, (v) => BigInt(v)),
      shape,
    );
  if (!(type in TYPED)) return undefined;
  return new Tensor(type as keyof typeof TYPED, TYPED[type as keyof typeof TYPED].from(data) as never, shape);
}
