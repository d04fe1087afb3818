export * from './hostile-models.ts';
export * from './onnx-bytes.ts';
export * from './runtime-suite.ts';
export * from './tiny-runs.ts';
