import { module, type Module } from '../module.ts';
import type { Sym } from '../sym.ts';

/** Any module of one tensor. Its parameter tree cannot be named here, so `apply` is taken loosely; `sequential` hands each layer its own. */
type Layer = { readonly type: 'module'; readonly kind: string; readonly params: unknown; apply(p: never, x: Sym): Sym };

/** Layers one after the other; a plain function of one tensor is a layer without parameters. Parameters are named 0, 1, ... by place. */
export function sequential(...layers: readonly (Layer | ((x: Sym) => Sym))[]): Module<readonly unknown[], [x: Sym], Sym> {
  const params = layers.map((layer) => (typeof layer === 'function' ? {} : layer));
  return module<readonly unknown[], [x: Sym], Sym>('sequential', params, (p: readonly unknown[], x) =>
    layers.reduce((y, layer, i) => (typeof layer === 'function' ? layer(y) : layer.apply(p[i] as never, y)), x),
  );
}
