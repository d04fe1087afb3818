export * from './component-models.ts';
export * from './explain-with.ts';
export * from './image-model.ts';
export * from './onnx-model.ts';
export * from './prepare.ts';
export * from './shuffle-parameters.ts';
export * from './similarity.ts';
export * from './task.ts';
