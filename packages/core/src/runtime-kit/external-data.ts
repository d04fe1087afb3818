import { VerilensError } from '../errors.ts';
import { fields, WireError } from './wire.ts';

type Message = 'model' | 'graph' | 'node' | 'attribute' | 'tensor' | 'sparse' | 'function' | 'training' | 'entry';

/** Embedded messages through which a tensor can be reached, by field number (onnx.proto, IR version 13). */
const INSIDE: Record<Message, Readonly<Record<number, Message>>> = {
  model: { 7: 'graph', 20: 'training', 25: 'function' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparse' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse' },
  function: { 7: 'node', 11: 'attribute' },
  training: { 1: 'graph', 2: 'graph' },
  sparse: { 1: 'tensor', 2: 'tensor' },
  tensor: { 13: 'entry' },
  entry: {},
};

/** Deepest nesting of messages; a real model with loops inside branches stays below 30. */
const MAX_DEPTH = 100;

/** Most fields looked at. Real files have one for each name, dimension and attribute; tensors are one field each. */
const MAX_FIELDS = 10_000_000;

/**
 * Every file named by a tensor's `external_data` anywhere in an ONNX model: initialisers, attributes, subgraphs, functions.
 * Time is linear in the number of fields, which is limited; nothing is decoded or copied but those names.
 * @throws VerilensError BAD_MODEL when the bytes are no ONNX model
 */
export function externalDataLocations(bytes: Uint8Array, place: string): string[] {
  const locations = new Set<string>();
  const decoder = new TextDecoder();
  let graphs = 0;
  let seen = 0;
  const visit = (message: Message, start: number, end: number, depth: number): void => {
    if (depth > MAX_DEPTH) throw new WireError(`messages nested deeper than ${MAX_DEPTH}`);
    let key = '';
    let value = '';
    let external = false;
    let named = false;
    for (const item of fields(bytes, start, end)) {
      seen += 1;
      if (seen > MAX_FIELDS) throw new WireError(`more than ${MAX_FIELDS} fields`);
      if (message === 'tensor' && item.field === 14 && item.type === 0 && item.value !== 0) external = true;
      if (item.type !== 2) continue;
      if (message === 'entry' && item.field === 1) key = decoder.decode(bytes.subarray(item.start, item.end));
      if (message === 'entry' && item.field === 2) value = decoder.decode(bytes.subarray(item.start, item.end));
      const inner = INSIDE[message][item.field];
      if (inner === undefined) continue;
      if (inner === 'graph') graphs += 1;
      if (inner === 'entry') named = true;
      visit(inner, item.start, item.end, depth + 1);
    }
    if (message === 'entry' && key === 'location') locations.add(value);
    // A tensor that says its data is elsewhere without saying where is unsafe all the same.
    if (message === 'tensor' && external && !named) locations.add('');
  };
  try {
    visit('model', 0, bytes.length, 0);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new VerilensError('BAD_MODEL', 'the bytes are no ONNX model, or one cut short', {
      place,
      got: error.message,
      remedy: 'Fetch or export the file again.',
    });
  }
  if (graphs === 0)
    throw new VerilensError('BAD_MODEL', 'the file holds no graph', {
      place,
      expected: 'an ONNX model',
      got: `${bytes.length} bytes without one`,
    });
  return [...locations];
}

/** True for a relative path that stays in its folder by its spelling alone, on every platform. */
export function staysInside(location: string): boolean {
  if (location === '' || location.includes('\0') || location.includes('*')) return false;
  if (/^[/\\]|^[a-z]:|^[a-z][a-z0-9+.-]*:/i.test(location)) return false;
  return location.split(/[/\\]/).every((part) => part !== '..');
}
