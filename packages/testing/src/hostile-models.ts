import type { ErrorCode } from '@verilens/core';
import { bytesField, numberField } from '@verilens/core/runtime-kit';
import { nodeBytes, onnxBytes, type TinyModel, type TinyTensor } from './onnx-bytes.ts';

/** Bytes a runtime must refuse, with the codes it may give and what its message has to say. */
export interface HostileModel {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly codes: ErrorCode | readonly ErrorCode[];
  readonly says?: RegExp;
}

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

/** y = x + w, w kept elsewhere. */
function addsExternal(external: string): TinyModel {
  return {
    inputs: [{ name: 'x', dtype: 'float32', shape: [2] }],
    initializers: [{ name: 'w', dtype: 'float32', shape: [2], external }],
    nodes: [{ op: 'Add', inputs: ['x', 'w'], outputs: ['y'] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: [2] }],
  };
}

const passwd: TinyTensor = { name: 'w', dtype: 'float32', shape: [2], external: '../../../../../etc/passwd' };

function constantOf(tensor: TinyTensor): TinyModel {
  return {
    inputs: [],
    nodes: [{ op: 'Constant', inputs: [], outputs: ['y'], attributes: [{ name: 'value', tensor }] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: [2] }],
  };
}

/** The tensor hidden in a branch of an If, in a branch of an If. */
function nested(): TinyModel {
  const branch = (graph: Omit<TinyModel, 'opset'>): TinyModel => ({
    inputs: [{ name: 'c', dtype: 'bool', shape: [] }],
    nodes: [
      {
        op: 'If',
        inputs: ['c'],
        outputs: ['y'],
        attributes: [
          { name: 'then_branch', graph: { ...graph, inputs: [] } },
          { name: 'else_branch', graph: { ...graph, inputs: [] } },
        ],
      },
    ],
    outputs: [{ name: 'y', dtype: 'float32', shape: [2] }],
  });
  return branch(branch(constantOf(passwd)));
}

/** A model-local function whose body names the file. */
function inFunction(): Uint8Array {
  const body = constantOf(passwd).nodes.flatMap((node) => bytesField(7, nodeBytes(node)));
  const wrapped = [
    ...bytesField(1, 'Hidden'),
    ...bytesField(5, 'y'),
    ...body,
    ...bytesField(9, numberField(2, 17)),
    ...bytesField(10, 'local'),
  ];
  const plain = onnxBytes({
    inputs: [],
    nodes: [{ op: 'Hidden', domain: 'local', inputs: [], outputs: ['y'] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: [2] }],
  });
  return Uint8Array.from([...plain, ...bytesField(8, [...bytesField(1, 'local'), ...numberField(2, 1)]), ...bytesField(25, wrapped)]);
}

/** Graphs inside attributes inside nodes inside graphs, `depth` times: a stack breaker for recursive readers. */
function deep(depth: number): Uint8Array {
  let inner: Uint8Array = new Uint8Array(0);
  const wrap = (field: number, bytes: Uint8Array): Uint8Array => {
    const head = bytesField(field, []).slice(0, -1);
    const length = numberField(1, bytes.length).slice(1);
    const out = new Uint8Array(head.length + length.length + bytes.length);
    out.set(head);
    out.set(length, head.length);
    out.set(bytes, head.length + length.length);
    return out;
  };
  for (let level = 0; level < depth; level += 1) inner = wrap(1, wrap(5, wrap(6, inner)));
  return wrap(7, inner);
}

/** Files that are not what they should be, or that reach for what is not theirs. */
export function hostileModels(): HostileModel[] {
  const sound = onnxBytes({
    inputs: [{ name: 'x', dtype: 'float32', shape: [2] }],
    nodes: [{ op: 'Relu', inputs: ['x'], outputs: ['y'] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: [2] }],
  });
  const lying = Uint8Array.from(sound);
  lying[3] = 0x7f;
  return [
    { name: 'an empty file', bytes: new Uint8Array(0), codes: 'BAD_MODEL', says: /empty/ },
    { name: 'an HTML page', bytes: ascii('<!DOCTYPE html><html><body>Not found</body></html>'), codes: 'BAD_MODEL', says: /HTML/ },
    {
      name: 'a Git LFS pointer',
      bytes: ascii('version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n'),
      codes: 'BAD_MODEL',
      says: /git lfs pull/,
    },
    { name: 'a zip archive', bytes: Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0, 0, 0), codes: 'BAD_MODEL', says: /zip/ },
    { name: 'JSON', bytes: ascii('{"name": "card"}'), codes: 'BAD_MODEL', says: /JSON/ },
    { name: 'random bytes', bytes: Uint8Array.from({ length: 500 }, (_, index) => (index * 7919 + 13) % 251), codes: 'BAD_MODEL' },
    { name: 'a truncated model', bytes: sound.subarray(0, sound.length - 5), codes: 'BAD_MODEL' },
    { name: 'a model cut after its first bytes', bytes: sound.subarray(0, 2), codes: 'BAD_MODEL', says: /no graph/ },
    { name: 'a length that lies', bytes: lying, codes: 'BAD_MODEL' },
    { name: 'a length of 2^60', bytes: Uint8Array.of(0x3a, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10), codes: 'BAD_MODEL' },
    { name: 'graphs nested 3000 deep', bytes: deep(3000), codes: 'BAD_MODEL', says: /nested/ },
    {
      name: 'external data above its folder',
      bytes: onnxBytes(addsExternal('../secret.bin')),
      codes: 'BAD_MODEL',
      says: /outside its folder/,
    },
    {
      name: 'external data at an absolute path',
      bytes: onnxBytes(addsExternal('/etc/passwd')),
      codes: 'BAD_MODEL',
      says: /outside its folder/,
    },
    { name: 'external data on a drive', bytes: onnxBytes(addsExternal('C:\\secret.bin')), codes: 'BAD_MODEL', says: /outside its folder/ },
    {
      name: 'external data at an address',
      bytes: onnxBytes(addsExternal('file:///etc/passwd')),
      codes: 'BAD_MODEL',
      says: /outside its folder/,
    },
    {
      name: 'external data in memory',
      bytes: onnxBytes(addsExternal('*/_ORT_MEM_ADDR_/*')),
      codes: 'BAD_MODEL',
      says: /outside its folder/,
    },
    {
      name: 'external data without a file to look in',
      bytes: onnxBytes(addsExternal('weights.bin')),
      codes: 'BAD_MODEL',
      says: /weights\.bin/,
    },
    { name: 'external data in an attribute', bytes: onnxBytes(constantOf(passwd)), codes: 'BAD_MODEL', says: /outside its folder/ },
    { name: 'external data two branches deep', bytes: onnxBytes(nested()), codes: 'BAD_MODEL', says: /outside its folder/ },
    { name: 'external data in a function', bytes: inFunction(), codes: 'BAD_MODEL', says: /outside its folder/ },
    {
      name: 'an operator nobody has',
      bytes: onnxBytes({
        inputs: [{ name: 'x', dtype: 'float32', shape: [2] }],
        nodes: [{ op: 'Nope', inputs: ['x'], outputs: ['y'] }],
        outputs: [{ name: 'y', dtype: 'float32', shape: [2] }],
      }),
      codes: 'UNSUPPORTED',
      says: /Nope/,
    },
    {
      name: 'an opset from the future',
      bytes: onnxBytes({
        opset: 999,
        inputs: [{ name: 'x', dtype: 'float32', shape: [2] }],
        nodes: [{ op: 'Relu', inputs: ['x'], outputs: ['y'] }],
        outputs: [{ name: 'y', dtype: 'float32', shape: [2] }],
      }),
      codes: 'UNSUPPORTED',
    },
    {
      name: 'a node that takes what nobody makes',
      bytes: onnxBytes({
        inputs: [{ name: 'x', dtype: 'float32', shape: [2] }],
        nodes: [{ op: 'Add', inputs: ['x', 'ghost'], outputs: ['y'] }],
        outputs: [{ name: 'y', dtype: 'float32', shape: [2] }],
      }),
      codes: 'BAD_MODEL',
    },
    {
      name: 'a tensor whose bytes are fewer than its shape',
      bytes: onnxBytes({
        inputs: [{ name: 'x', dtype: 'float32', shape: [2] }],
        initializers: [{ name: 'w', dtype: 'float32', shape: [1_000_000, 1_000_000], values: [1] }],
        nodes: [{ op: 'Add', inputs: ['x', 'w'], outputs: ['y'] }],
        outputs: [{ name: 'y', dtype: 'float32', shape: ['n', 'm'] }],
      }),
      codes: ['BAD_MODEL', 'TOO_LARGE'],
    },
  ];
}
