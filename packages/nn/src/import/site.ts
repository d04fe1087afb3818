import { VerilensError } from '@verilens/core';
import { currentScope } from '../scope.ts';
import type { Sym } from '../sym.ts';
import type { OnnxAttribute, OnnxGraph, OnnxNode, StoredTensor } from './onnx-file.ts';
import { isKnown, toSym, type Known, type Value } from './values.ts';

/** Writes one ONNX node as tensors of ours; one value, or one for each output. */
export type Importer = (site: Site) => Value | readonly Value[];

/** What all nodes of one import share. */
export interface ImportRun {
  readonly opset: number;
  /** Stored tensors as constants of the graph, each made once. */
  readonly constants: Map<Known, Sym>;
  /** The batch size stored in the file and the one wanted, where they differ. */
  readonly batch: { readonly stored: number; readonly wanted: number } | undefined;
  /** Imports the nodes of a graph stored in an attribute. */
  readonly branch: (graph: OnnxGraph) => readonly Value[];
}

/** A node being imported: its inputs, its attributes, and how to complain about it. */
export class Site {
  readonly node: OnnxNode;
  readonly run: ImportRun;
  readonly args: readonly (Value | undefined)[];

  constructor(node: OnnxNode, run: ImportRun, args: readonly (Value | undefined)[]) {
    this.node = node;
    this.run = run;
    this.args = args;
  }

  get opset(): number {
    return this.run.opset;
  }

  /** Input i as it is. */
  value(i: number): Value {
    const value = this.args[i];
    if (value === undefined) throw this.bad(`input ${i} is missing`, 'an input', 'nothing');
    return value;
  }

  optional(i: number): Sym | undefined {
    return this.args[i] === undefined ? undefined : this.sym(i);
  }

  /** Input i as a tensor of ours; a stored one becomes a constant, made once. */
  sym(i: number): Sym {
    return this.asSym(this.value(i));
  }

  asSym(value: Value): Sym {
    if (!isKnown(value)) return value;
    const made = this.run.constants.get(value) ?? toSym(value);
    this.run.constants.set(value, made);
    return made;
  }

  /** Input i, whose values must be known now: axes, shapes, scales. */
  known(i: number, what: string): Known {
    const value = this.value(i);
    if (isKnown(value)) return value;
    throw this.unsupported(
      `its ${what} is computed while the model runs`,
      `a ${what} that follows from shapes and stored values`,
      value.op,
    );
  }

  /** Known whole numbers of input i, or undefined when it is left out. */
  numbers(i: number, what: string): readonly number[] | undefined {
    return this.args[i] === undefined ? undefined : Array.from(this.known(i, what).data);
  }

  /** The only element of known input i. */
  scalar(i: number, what: string): number | undefined {
    const values = this.numbers(i, what);
    if (values === undefined) return undefined;
    if (values.length !== 1) throw this.bad(`its ${what} is no single number`, '1 element', `${values.length}`);
    return values[0];
  }

  #attribute<T extends OnnxAttribute['type']>(name: string, type: T): Extract<OnnxAttribute, { type: T }> | undefined {
    const found = this.node.attributes.get(name);
    if (found === undefined) return undefined;
    if (found.type !== type) throw this.bad(`attribute "${name}" has the wrong type`, type, found.type);
    return found as Extract<OnnxAttribute, { type: T }>;
  }

  int(name: string): number | undefined {
    return this.#attribute(name, 'int')?.value;
  }
  float(name: string): number | undefined {
    return this.#attribute(name, 'float')?.value;
  }
  text(name: string): string | undefined {
    return this.#attribute(name, 'text')?.value;
  }
  ints(name: string): readonly number[] | undefined {
    return this.#attribute(name, 'ints')?.value;
  }
  floats(name: string): readonly number[] | undefined {
    return this.#attribute(name, 'floats')?.value;
  }
  tensor(name: string): StoredTensor | undefined {
    return this.#attribute(name, 'tensor')?.value;
  }
  graph(name: string): OnnxGraph | undefined {
    return this.#attribute(name, 'graph')?.value;
  }

  /** Whole numbers from an attribute in old files and from input i in newer ones. */
  setting(name: string, i: number): readonly number[] | undefined {
    return this.ints(name) ?? this.numbers(i, name);
  }

  axis(value: number, rank: number): number {
    const axis = value < 0 ? value + rank : value;
    if (!Number.isInteger(axis) || axis < 0 || axis >= Math.max(rank, 1))
      throw this.bad('its axis is out of range', `-${rank}..${rank - 1}`, `${value}`);
    return axis;
  }

  bad(summary: string, expected: string, got: string): VerilensError {
    return new VerilensError('BAD_MODEL', summary, { place: `nn ${currentScope()}`, expected, got });
  }

  unsupported(summary: string, expected: string, got?: string): VerilensError {
    return new VerilensError('UNSUPPORTED', summary, {
      place: `nn ${currentScope()}`,
      expected,
      got,
      remedy: 'Import only a part of the graph: name inner tensors in `outputs` or `inputs`.',
    });
  }
}
