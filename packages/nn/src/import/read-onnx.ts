import { VerilensError } from '@verilens/core';
import type { WireField } from '@verilens/core/runtime-kit';
import type { NamedTensor } from '../safetensors.ts';
import type { OnnxAttribute, OnnxFile, OnnxGraph, OnnxNode, OnnxValue, StoredTensor } from './onnx-file.ts';
import { elementName, readTensor } from './read-tensor.ts';
import { bad, float32, message, numbers, text } from './wire-values.ts';

// Numbers below are field numbers of onnx.proto.

/** Deepest nesting of graphs inside attributes. */
const MAX_GRAPHS = 16;

/**
 * Reads an ONNX file. Nothing in it is trusted: every length is checked against the bytes there are.
 * @throws VerilensError BAD_MODEL for damaged bytes, UNSUPPORTED for data in other files and unknown element types
 */
export function readOnnx(bytes: Uint8Array): OnnxFile {
  let opset: number | undefined;
  let at: WireField | undefined;
  for (const field of message(bytes, { start: 0, end: bytes.length })) {
    if (field.field === 7 && field.type === 2) at = field;
    if (field.field === 8 && field.type === 2) {
      const { domain, version } = operatorSet(bytes, field);
      if (domain === '' || domain === 'ai.onnx') opset = version;
    }
  }
  if (at === undefined) throw bad('the file holds no graph', `${bytes.length} bytes without one`);
  if (opset === undefined)
    throw new VerilensError('UNSUPPORTED', 'the file uses no standard operators', {
      place: 'nn onnx file',
      expected: 'an opset of the standard domain',
      got: 'none',
    });
  return { opset, graph: readGraph(bytes, at, 0) };
}

/**
 * The float32 and integer tensors stored in an ONNX file by name: parameters for a module of ours.
 * Float types become Float32Array, integer and boolean types Int32Array.
 * @throws VerilensError BAD_MODEL, UNSUPPORTED, TOO_LARGE for an integer beyond int32
 */
export function readOnnxInitialisers(bytes: Uint8Array): ReadonlyMap<string, NamedTensor> {
  const { graph } = readOnnx(bytes);
  return new Map([...graph.initialisers].map(([name, { shape, data }]) => [name, { shape, data: toNamed(name, data) }]));
}

function toNamed(name: string, data: StoredTensor['data']): NamedTensor['data'] {
  if (data instanceof Float32Array) return data;
  const wide = data.find((v) => v !== (v | 0));
  if (wide === undefined) return Int32Array.from(data);
  throw new VerilensError('TOO_LARGE', 'an integer does not fit 32 bits', { place: `nn onnx tensor "${name}"`, got: String(wide) });
}

function operatorSet(bytes: Uint8Array, at: WireField): { domain: string; version: number } {
  let domain = '';
  let version = 0;
  for (const field of message(bytes, at)) {
    if (field.field === 1) domain = text(bytes, field);
    if (field.field === 2) version = field.value;
  }
  return { domain, version };
}

function readGraph(bytes: Uint8Array, at: WireField, depth: number): OnnxGraph {
  if (depth > MAX_GRAPHS) throw bad('graphs are nested too deep', `more than ${MAX_GRAPHS} levels`);
  const nodes: OnnxNode[] = [];
  const initialisers = new Map<string, StoredTensor>();
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  for (const field of message(bytes, at)) {
    if (field.type !== 2) continue;
    if (field.field === 1) nodes.push(readNode(bytes, field, depth));
    else if (field.field === 5) {
      const tensor = readTensor(bytes, field);
      if (initialisers.has(tensor.name)) throw bad('two stored tensors have one name', `"${tensor.name}"`);
      initialisers.set(tensor.name, tensor);
    } else if (field.field === 11) inputs.push(readValue(bytes, field));
    else if (field.field === 12) outputs.push(readValue(bytes, field));
    else if (field.field === 15)
      throw new VerilensError('UNSUPPORTED', 'the file stores sparse tensors', {
        place: 'nn onnx file',
        remedy: 'Export it with dense parameters.',
      });
  }
  return { nodes, initialisers, inputs: inputs.filter(({ name }) => !initialisers.has(name)), outputs };
}

function readNode(bytes: Uint8Array, at: WireField, depth: number): OnnxNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  let [op, domain, name] = ['', '', ''];
  const attributes = new Map<string, OnnxAttribute>();
  for (const field of message(bytes, at)) {
    if (field.field === 1) inputs.push(text(bytes, field));
    else if (field.field === 2) outputs.push(text(bytes, field));
    else if (field.field === 3) name = text(bytes, field);
    else if (field.field === 4) op = text(bytes, field);
    else if (field.field === 5 && field.type === 2) {
      const attribute = readAttribute(bytes, field, depth);
      attributes.set(attribute.name, attribute.value);
    } else if (field.field === 7) domain = text(bytes, field);
  }
  return { op, domain: domain === 'ai.onnx' ? '' : domain, name, inputs, outputs, attributes };
}

function readAttribute(bytes: Uint8Array, at: WireField, depth: number): { name: string; value: OnnxAttribute } {
  let name = '';
  let type = 0;
  let single: OnnxAttribute | undefined;
  const ints: number[] = [];
  const floats: number[] = [];
  for (const field of message(bytes, at)) {
    if (field.field === 1) name = text(bytes, field);
    else if (field.field === 2) single = { type: 'float', value: float32(bytes, field) };
    else if (field.field === 3) single = { type: 'int', value: numbers(bytes, field)[0] ?? 0 };
    else if (field.field === 4) single = { type: 'text', value: text(bytes, field) };
    else if (field.field === 5 && field.type === 2) single = { type: 'tensor', value: readTensor(bytes, field) };
    else if (field.field === 6 && field.type === 2) single = { type: 'graph', value: readGraph(bytes, field, depth + 1) };
    else if (field.field === 7) for (const v of floatList(bytes, field)) floats.push(v);
    else if (field.field === 8) for (const v of numbers(bytes, field)) ints.push(v);
    else if (field.field === 20) type = field.value;
  }
  if (type === 6 || (type === 0 && floats.length > 0)) return { name, value: { type: 'floats', value: floats } };
  if (type === 7 || (type === 0 && ints.length > 0)) return { name, value: { type: 'ints', value: ints } };
  // numbers that are zero may be left out of the bytes
  const zero: OnnxAttribute | undefined =
    type === 1
      ? { type: 'float', value: 0 }
      : type === 2
        ? { type: 'int', value: 0 }
        : type === 3
          ? { type: 'text', value: '' }
          : undefined;
  return { name, value: single ?? zero ?? { type: 'other' } };
}

function floatList(bytes: Uint8Array, field: WireField): number[] {
  if (field.type === 5) return [float32(bytes, field)];
  const view = new DataView(bytes.buffer, bytes.byteOffset + field.start, field.end - field.start);
  return Array.from({ length: Math.floor(view.byteLength / 4) }, (_, i) => view.getFloat32(i * 4, true));
}

function readValue(bytes: Uint8Array, at: WireField): OnnxValue {
  let name = '';
  let type: string | undefined;
  let shape: (number | string)[] | undefined;
  for (const field of message(bytes, at)) {
    if (field.field === 1) name = text(bytes, field);
    if (field.field !== 2 || field.type !== 2) continue;
    for (const kind of message(bytes, field)) {
      if (kind.field !== 1 || kind.type !== 2) continue;
      for (const part of message(bytes, kind)) {
        if (part.field === 1) type = elementName(part.value);
        if (part.field === 2 && part.type === 2) shape = readShape(bytes, part);
      }
    }
  }
  return { name, type, shape };
}

function readShape(bytes: Uint8Array, at: WireField): (number | string)[] {
  const shape: (number | string)[] = [];
  for (const field of message(bytes, at)) {
    if (field.field !== 1 || field.type !== 2) continue;
    let size: number | string = -1;
    for (const part of message(bytes, field)) {
      if (part.field === 1) size = numbers(bytes, part)[0] ?? -1;
      if (part.field === 2) size = text(bytes, part);
    }
    shape.push(size);
  }
  return shape;
}
