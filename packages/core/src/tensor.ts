import { Tensor } from 'onnxruntime-common';

/** Tensors at the runtime border are those of onnxruntime-common (types and a data holder; no engine). */
export { Tensor };
export type TensorMap = Record<string, Tensor>;
