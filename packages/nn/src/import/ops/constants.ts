import { fold } from '../fold.ts';
import type { StoredTensor } from '../onnx-file.ts';
import { elementKind } from '../read-tensor.ts';
import type { Importer } from '../site.ts';
import { known, knownInts, type Known } from '../values.ts';

export function fromStored({ kind, shape, data }: StoredTensor): Known {
  return { known: true, kind, shape, data };
}

const constantOf: Importer = (site) => {
  const tensor = site.tensor('value');
  if (tensor !== undefined) return fromStored(tensor);
  const [float, int] = [site.float('value_float'), site.int('value_int')];
  if (float !== undefined) return known('float', [], () => float);
  if (int !== undefined) return known('int', [], () => int);
  const [floats, ints] = [site.floats('value_floats'), site.ints('value_ints')];
  if (floats !== undefined) return known('float', [floats.length], (i) => floats[i]!);
  if (ints !== undefined) return knownInts(ints);
  throw site.unsupported('its value is of a kind we do not compute with', 'numbers');
};

const filled: Importer = (site) => {
  const shape = site.numbers(0, 'shape') ?? [];
  const tensor = site.tensor('value');
  const value = tensor?.data[0] ?? 0;
  return known(tensor?.kind ?? 'float', shape, () => value);
};

const eye: Importer = (site) => {
  const [rows, columns] = site.value(0).shape as [number, number];
  const k = site.int('k') ?? 0;
  return known(elementKind(site.int('dtype') ?? 1) ?? 'float', [rows, columns], (i) =>
    Number((i % columns) - Math.floor(i / columns) === k),
  );
};

const range: Importer = (site) => {
  const folded = fold(site);
  if (folded === undefined) throw site.unsupported('its bounds are computed while the model runs', 'known bounds');
  return folded;
};

/** Tensors whose values are known while importing. */
export const constantImporters: Readonly<Record<string, Importer>> = {
  Constant: constantOf,
  ConstantOfShape: filled,
  EyeLike: eye,
  Range: range,
};
