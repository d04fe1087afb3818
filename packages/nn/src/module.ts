import type { Initialiser } from './initialisers.ts';
import { currentScope, withScope } from './scope.ts';
import type { Sym } from './sym.ts';

/** A trainable tensor as a module declares it. */
export interface ParamSpec {
  readonly type: 'param';
  readonly shape: readonly number[];
  readonly init: Initialiser;
  /** Overrides the optimiser's choice whether weight decay applies. */
  readonly decay: boolean | undefined;
}

/** Parameters, modules, records and arrays of them. */
export type ParamTree = ParamSpec | Module<never, never, unknown> | readonly ParamTree[] | { readonly [name: string]: ParamTree };

/** The tree with a tensor for each parameter. */
export type Syms<T> = T extends ParamSpec
  ? Sym
  : T extends { readonly type: 'module'; readonly params: infer P }
    ? Syms<P>
    : { readonly [K in keyof T]: Syms<T[K]> };

/** A layer: named parameters and a function of them and of inputs. Plain data, nothing is hidden in it. */
export interface Module<P, A extends readonly unknown[], R> {
  readonly type: 'module';
  /** Kind of layer, for messages and summaries, e.g. `linear`. */
  readonly kind: string;
  readonly params: P;
  apply(p: Syms<P>, ...inputs: A): R;
}

/** Declares a trainable tensor. */
export function param(shape: readonly number[], init: Initialiser, options: { readonly decay?: boolean } = {}): ParamSpec {
  return { type: 'param', shape, init, decay: options.decay };
}

/** Layer path of each subtree of tensors that `bindParams` made. */
const paths = new WeakMap<object, string>();

/** Makes a module. While `apply` runs, errors name the path of its parameters. */
export function module<const P, A extends readonly unknown[], R>(
  kind: string,
  params: P,
  apply: (p: Syms<P>, ...inputs: A) => R,
): Module<P, A, R> {
  return {
    type: 'module',
    kind,
    params,
    apply: (p, ...inputs) => withScope(scopeOf(p, kind), () => apply(p, ...inputs)),
  };
}

function scopeOf(p: unknown, kind: string): string {
  const path = typeof p === 'object' && p !== null ? paths.get(p) : undefined;
  if (path !== undefined) return path === '' ? kind : `${path} (${kind})`;
  const parent = currentScope();
  return parent === '' ? kind : parent;
}

function isParam(node: unknown): node is ParamSpec {
  return typeof node === 'object' && node !== null && (node as { type?: unknown }).type === 'param';
}

function isModule(node: unknown): node is Module<unknown, never, unknown> {
  return typeof node === 'object' && node !== null && (node as { type?: unknown }).type === 'module';
}

/** Builds a tree of the same form, calling `leaf` with each parameter's dotted name. */
function mapTree(node: unknown, path: string, leaf: (spec: ParamSpec, name: string) => unknown): unknown {
  if (isParam(node)) return leaf(node, path);
  if (isModule(node)) return mapTree(node.params, path, leaf);
  const join = (key: string | number): string => (path === '' ? String(key) : `${path}.${key}`);
  const tree: object = Array.isArray(node)
    ? node.map((child: unknown, i) => mapTree(child, join(i), leaf))
    : Object.fromEntries(Object.entries(node as object).map(([key, child]) => [key, mapTree(child, join(key), leaf)]));
  paths.set(tree, path);
  return tree;
}

/** Every parameter of a module by dotted name (`blocks.0.attention.qkv.weight`), in the order they were declared. */
export function namedParams(module: { readonly params: unknown }): ReadonlyMap<string, ParamSpec> {
  const found = new Map<string, ParamSpec>();
  mapTree(module.params, '', (spec, name) => found.set(name, spec));
  return found;
}

/** The module's tree with the tensors `make` gives for each parameter. */
export function bindParams<P>(module: { readonly params: P }, make: (name: string, spec: ParamSpec) => Sym): Syms<P> {
  return mapTree(module.params, '', (spec, name) => make(name, spec)) as Syms<P>;
}

/** Kinds of the modules in a tree by path, for `summary`. */
export function namedModules(root: { readonly kind: string; readonly params: unknown }): ReadonlyMap<string, string> {
  const found = new Map<string, string>([['', root.kind]]);
  const visit = (node: unknown, path: string): void => {
    if (isParam(node) || typeof node !== 'object' || node === null) return;
    if (isModule(node)) {
      found.set(path, node.kind);
      visit(node.params, path);
      return;
    }
    for (const [key, child] of Object.entries(node)) visit(child, path === '' ? key : `${path}.${key}`);
  };
  visit(root.params, '');
  return found;
}
