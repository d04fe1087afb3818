/** What the two runtime packages share. For packages that bring an ONNX Runtime; plugins and applications need none of it. */
export * from './runtime-kit/engine.ts';
export * from './runtime-kit/files.ts';
export * from './runtime-kit/graph-bytes.ts';
export * from './runtime-kit/make-runtime.ts';
export { plainProducts } from './runtime-kit/plain-products.ts';
export * from './runtime-kit/probe.ts';
export * from './runtime-kit/probe-model.ts';
export { bytesField, fields, numberField, varint, WireError, type WireField } from './runtime-kit/wire.ts';
