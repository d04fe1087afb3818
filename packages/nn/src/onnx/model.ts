import {
  elementType,
  type Attribute,
  type ElementType,
  type EmittedGraph,
  type EmittedTensor,
  type EmittedValue,
} from './emitted-graph.ts';
import { ProtoWriter } from './protobuf.ts';

/** Version of the standard op set our lowerings are written for. */
export const OPSET = 18;
const IR_VERSION = 8;

// Numbers below are field and enum numbers of onnx.proto.
const TYPE: Record<ElementType, number> = { float32: 1, int32: 6, int64: 7, bool: 9 };

/** The bytes of an ONNX file. The same graph gives the same bytes. */
export function writeModel(graph: EmittedGraph): Uint8Array {
  const model = new ProtoWriter();
  model.int(1, IR_VERSION);
  model.string(2, 'verilens');
  model.message(7, (g) => writeGraph(g, 'verilens', graph));
  model.message(8, (o) => {
    o.string(1, '');
    o.int(2, OPSET);
  });
  for (const domain of [...domains(graph)].filter((name) => name !== '').sort()) {
    model.message(8, (o) => {
      o.string(1, domain);
      o.int(2, 1);
    });
  }
  return model.finish();
}

function writeGraph(g: ProtoWriter, name: string, graph: EmittedGraph): void {
  for (const node of graph.nodes) {
    g.message(1, (n) => {
      for (const input of node.inputs) n.string(1, input);
      for (const output of node.outputs) n.string(2, output);
      n.string(4, node.op);
      for (const [key, value] of Object.entries(node.attributes)) n.message(5, (a) => writeAttribute(a, key, value));
      if (node.domain !== '') n.string(7, node.domain);
    });
  }
  g.string(2, name);
  for (const tensor of graph.initializers) g.message(5, (t) => writeTensor(t, tensor));
  for (const value of graph.inputs) g.message(11, (v) => writeValue(v, value));
  for (const value of graph.outputs) g.message(12, (v) => writeValue(v, value));
}

/** Operator domains of a graph and of those inside it. */
function domains(graph: EmittedGraph): Set<string> {
  const inside = graph.nodes.flatMap(({ attributes }) =>
    Object.values(attributes).flatMap((value) => ('graph' in value ? [...domains(value.graph)] : [])),
  );
  return new Set([...graph.nodes.map(({ domain }) => domain), ...inside]);
}

function writeAttribute(a: ProtoWriter, name: string, value: Attribute): void {
  a.string(1, name);
  if ('float' in value) {
    a.float(2, value.float);
    a.int(20, 1);
  } else if ('int' in value) {
    a.int(3, value.int);
    a.int(20, 2);
  } else if ('text' in value) {
    a.string(4, value.text);
    a.int(20, 3);
  } else if ('graph' in value) {
    a.message(6, (g) => writeGraph(g, name, value.graph));
    a.int(20, 5);
  } else {
    for (const item of value.ints) a.int(8, item);
    a.int(20, 7);
  }
}

function writeTensor(t: ProtoWriter, tensor: EmittedTensor): void {
  for (const n of tensor.shape) t.int(1, n);
  t.int(2, TYPE[elementType(tensor.data)]);
  t.string(8, tensor.name);
  t.bytes(9, new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength));
}

function writeValue(v: ProtoWriter, value: EmittedValue): void {
  v.string(1, value.name);
  v.message(2, (type) =>
    type.message(1, (tensor) => {
      tensor.int(1, TYPE[value.dtype]);
      tensor.message(2, (shape) => {
        for (const size of value.shape) {
          shape.message(1, (d) => {
            if (typeof size === 'number') d.int(1, size);
            else d.string(2, size);
          });
        }
      });
    }),
  );
}
