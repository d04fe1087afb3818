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

/** A tensor that a module keeps from step to step without a gradient: running statistics, a power iteration's vector. */
export interface StateSpec {
  readonly type: 'state';
  readonly shape: readonly number[];
  readonly init: Initialiser;
}

/** A tensor that a module owns. */
export type Leaf = ParamSpec | StateSpec;

/** Parameters, states, modules, records and arrays of them. */
export type ParamTree = Leaf | Module<never, never, unknown> | readonly ParamTree[] | { readonly [name: string]: ParamTree };

/** The tree with a tensor for each parameter and state. */
export type Syms<T> = T extends Leaf
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

/**
 * Declares a tensor that the optimiser never sees. It changes through `updateState` while a training step runs, is saved in
 * checkpoints beside the parameters, and is stored in exported models.
 */
export function state(shape: readonly number[], init: Initialiser): StateSpec {
  return { type: 'state', shape, init };
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
    apply: (p, ...inputs) => {
      const path = pathOf(p);
      const done = path === undefined ? undefined : watcher?.(path);
      const result = withScope(scopeOf(p, kind), () => apply(p, ...inputs));
      done?.(result);
      return result;
    },
  };
}

/** Told of the path of a module that is applied; what it returns is told of the result. */
type Watcher = (path: string) => (result: unknown) => void;
let watcher: Watcher | undefined;

/** Runs `body` while `watch` is told of every module that is applied. Graph building is synchronous, so one watcher is enough. */
export function watchModules<T>(watch: Watcher, body: () => T): T {
  const before = watcher;
  watcher = watch;
  try {
    return body();
  } finally {
    watcher = before;
  }
}

function pathOf(p: unknown): string | undefined {
  return typeof p === 'object' && p !== null ? paths.get(p) : undefined;
}

function scopeOf(p: unknown, kind: string): string {
  const path = pathOf(p);
  if (path !== undefined) return path === '' ? kind : `${path} (${kind})`;
  const parent = currentScope();
  return parent === '' ? kind : parent;
}

function isLeaf(node: unknown): node is Leaf {
  const type = typeof node === 'object' && node !== null ? (node as { type?: unknown }).type : undefined;
  return type === 'param' || type === 'state';
}

function isModule(node: unknown): node is Module<unknown, never, unknown> {
  return typeof node === 'object' && node !== null && (node as { type?: unknown }).type === 'module';
}

/** Builds a tree of the same form, calling `leaf` with each leaf's dotted name. */
function mapTree(node: unknown, path: string, leaf: (spec: Leaf, name: string) => unknown): unknown {
  if (isLeaf(node)) return leaf(node, path);
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
  mapTree(module.params, '', (spec, name) => spec.type === 'param' && found.set(name, spec));
  return found;
}

/** Every state of a module by dotted name, in the order they were declared. */
export function namedStates(module: { readonly params: unknown }): ReadonlyMap<string, StateSpec> {
  const found = new Map<string, StateSpec>();
  mapTree(module.params, '', (spec, name) => spec.type === 'state' && found.set(name, spec));
  return found;
}

/** The module's tree with the tensors `make` gives for each parameter and state. */
export function bindParams<P>(module: { readonly params: P }, make: (name: string, spec: Leaf) => Sym): Syms<P> {
  return mapTree(module.params, '', (spec, name) => make(name, spec)) as Syms<P>;
}

/** Kinds of the modules in a tree by path, for `summary`. */
export function namedModules(root: { readonly kind: string; readonly params: unknown }): ReadonlyMap<string, string> {
  const found = new Map<string, string>([['', root.kind]]);
  const visit = (node: unknown, path: string): void => {
    if (isLeaf(node) || typeof node !== 'object' || node === null) return;
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
