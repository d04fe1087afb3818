import { readOnnx } from './read-onnx.ts';

/** One node of a file and the first tensor it makes. */
export interface OnnxLayer {
  /** Name of the tensor: what `importOnnx` takes in `outputs`. */
  readonly tensor: string;
  readonly op: string;
  /** Name of the node; '' where the file gives none. */
  readonly node: string;
  /** Tensors the node takes, stored ones too. */
  readonly inputs: readonly string[];
}

/** The nodes of an ONNX file in the order they are computed: to choose an inner tensor by name or kind. */
export function onnxLayers(bytes: Uint8Array): readonly OnnxLayer[] {
  return readOnnx(bytes).graph.nodes.flatMap(({ op, name, inputs, outputs }) =>
    outputs[0] === undefined || outputs[0] === '' ? [] : [{ tensor: outputs[0], op, node: name, inputs }],
  );
}
