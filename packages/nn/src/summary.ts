import { ancestors } from './gradients.ts';
import { bindParams, namedModules, namedParams, watchModules } from './module.ts';
import type { AttrsOf } from './op-types.ts';
import { input } from './ops/source.ts';
import { showShape, sizeOf, type Spec, type Sym } from './sym.ts';

export interface Summary {
  /** A printable table. */
  readonly text: string;
  readonly parameterCount: number;
  /** Multiplications with additions of one forward pass, counted in convolutions and matrix products. Undefined without inputs. */
  readonly multiplyAdds: number | undefined;
}

type Root = { readonly kind: string; readonly params: unknown };

/**
 * Without inputs: a table of a module's parameters, layer by layer. With the shapes that `apply` is called with: a table of its
 * layers in the order they run, with output shapes, parameters and multiply-adds.
 *
 * @throws VerilensError BAD_SHAPE with the layer path when the inputs do not fit
 */
export function summary(root: Root): Summary;
export function summary(
  root: Root & { apply(p: never, ...inputs: never[]): unknown },
  inputs: readonly Spec[],
): Summary & { readonly multiplyAdds: number };
export function summary(root: Root & { apply?(p: never, ...inputs: never[]): unknown }, inputs?: readonly Spec[]): Summary {
  return inputs === undefined ? parameterTable(root) : layerTable(root as Required<typeof root>, inputs);
}

function parameterTable(root: Root): Summary {
  const kinds = namedModules(root);
  const rows = [...namedParams(root)].map(([name, { shape }]) => [
    name,
    kinds.get(ownerOf(name, kinds))!,
    showShape(shape),
    String(sizeOf(shape)),
  ]);
  const parameterCount = rows.reduce((total, row) => total + Number(row[3]), 0);
  const text = table([['parameter', 'layer', 'shape', 'size'], ...rows, ['total', root.kind, '', String(parameterCount)]], 3);
  return { text, parameterCount, multiplyAdds: undefined };
}

function layerTable(root: Root & { apply(p: never, ...inputs: never[]): unknown }, inputs: readonly Spec[]): Summary {
  const kinds = namedModules(root);
  const p = bindParams(root, (name, { shape }) => input(name, { shape, dtype: 'float32' }, 'parameter'));
  const syms = inputs.map((spec, i) => input(`input ${i}`, spec));
  const layers = new Map<string, { output: string; multiplyAdds: number }>();
  const applied = watchModules(
    (path) => {
      const layer = layers.get(path) ?? { output: '', multiplyAdds: 0 };
      layers.set(path, layer);
      return (result) => void (layer.output = shapesOf(symsIn(result)));
    },
    () => root.apply(p as never, ...(syms as never[])),
  );
  for (const sym of ancestors(symsIn(applied))) {
    // a scope is `path (kind)`, or the kind alone at the root
    const path = sym.scope.includes(' (') ? sym.scope.slice(0, sym.scope.indexOf(' (')) : '';
    const layer = layers.get(path);
    if (layer !== undefined) layer.multiplyAdds += multiplyAdds(sym);
  }
  const sizes = new Map<string, number>();
  for (const [name, { shape }] of namedParams(root)) {
    const owner = ownerOf(name, kinds);
    sizes.set(owner, (sizes.get(owner) ?? 0) + sizeOf(shape));
  }
  const parameterCount = [...sizes.values()].reduce((a, b) => a + b, 0);
  const total = [...layers.values()].reduce((n, layer) => n + layer.multiplyAdds, 0);
  const rows = [...layers]
    .filter(([path]) => path !== '')
    .map(([path, { output, multiplyAdds: own }]) => [path, kinds.get(path) ?? '', output, count(sizes.get(path) ?? 0), count(own)]);
  const own = layers.get('')?.multiplyAdds ?? 0;
  const rest = own > 0 || sizes.has('') ? [['(itself)', root.kind, '', count(sizes.get('') ?? 0), count(own)]] : [];
  const text = table(
    [
      ['layer', 'kind', 'output', 'parameters', 'multiply-adds'],
      ...rows,
      ...rest,
      ['total', root.kind, layers.get('')?.output ?? '', count(parameterCount), count(total)],
    ],
    3,
  );
  return { text, parameterCount, multiplyAdds: total };
}

/** Path of the module that a parameter belongs to. */
function ownerOf(name: string, kinds: ReadonlyMap<string, string>): string {
  let path = name;
  while (path !== '') {
    path = path.includes('.') ? path.slice(0, path.lastIndexOf('.')) : '';
    if (kinds.has(path)) return path;
  }
  return '';
}

function multiplyAdds(sym: Sym): number {
  const size = sizeOf(sym.shape);
  const [a, b] = sym.inputs;
  if (sym.op === 'conv2d') return size * sizeOf(b!.shape.slice(1));
  // each element of dy meets the kernel once
  if (sym.op === 'conv2dInputGradient') return sizeOf(a!.shape) * sizeOf(b!.shape.slice(1));
  if (sym.op === 'conv2dWeightGradient') return sizeOf(b!.shape) * sizeOf(sym.shape.slice(1));
  if (sym.op === 'matmul' || sym.op === 'gemm') {
    const { transA } = sym.attrs as AttrsOf<'matmul'>;
    return size * (a!.shape.at(transA ? -2 : -1) ?? 1);
  }
  // scores q k^T, then their product with v
  if (sym.op === 'attention') return sizeOf(a!.shape) * b!.shape.at(-2)! + size * b!.shape.at(-2)!;
  return 0;
}

function symsIn(value: unknown): Sym[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('op' in value && 'inputs' in value && 'dtype' in value) return [value as Sym];
  return Object.values(value).flatMap(symsIn);
}

const shapesOf = (syms: readonly Sym[]): string => syms.map(({ shape }) => showShape(shape)).join(' ');
const count = (n: number): string => (n === 0 ? '-' : n.toLocaleString('en-US'));

/** Columns from `numbers` on are aligned to the right. */
function table(rows: readonly (readonly string[])[], numbers: number): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) => row.map((cell, i) => (i >= numbers ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!))).join('  '))
    .join('\n');
}
