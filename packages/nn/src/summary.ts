import { namedModules, namedParams } from './module.ts';
import { showShape, sizeOf } from './sym.ts';

/** A printable table of a module's parameters, layer by layer, and their number. */
export function summary(root: { readonly kind: string; readonly params: unknown }): {
  readonly text: string;
  readonly parameterCount: number;
} {
  const kinds = namedModules(root);
  const owner = (name: string): string => {
    let path = name;
    while (path !== '') {
      path = path.includes('.') ? path.slice(0, path.lastIndexOf('.')) : '';
      if (kinds.has(path)) return kinds.get(path)!;
    }
    return root.kind;
  };
  const rows = [...namedParams(root)].map(([name, { shape }]) => [name, owner(name), showShape(shape), String(sizeOf(shape))] as const);
  const parameterCount = rows.reduce((total, row) => total + Number(row[3]), 0);
  const table = [['parameter', 'layer', 'shape', 'size'] as const, ...rows, ['total', root.kind, '', String(parameterCount)] as const];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]!.length)));
  const text = table
    .map((row) => row.map((cell, i) => (i === 3 ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!))).join('  '))
    .join('\n');
  return { text, parameterCount };
}
