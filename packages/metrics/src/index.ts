export * from './bootstrap.ts';
export * from './calibration.ts';
export type { Labels, Scores } from './check.ts';
export * from './delong.ts';
export * from './precision-recall.ts';
export { eer, rocAuc, rocCurve, tarAtFar, type RocPoint } from './roc.ts';
export * from './spread.ts';
