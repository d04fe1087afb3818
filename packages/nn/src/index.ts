export { fillDraw, dropout, stochasticDepth, type Draw, type DrawSpec } from './draw.ts';
export { exportInference, type ExportOptions } from './export-inference.ts';
export { fromTorch, type FromTorchOptions } from './from-torch.ts';
export { gradients } from './gradients.ts';
export { importOnnx, type ImportOnnxOptions, type OnnxInputs, type OnnxModule } from './import/import-onnx.ts';
export { onnxLayers, type OnnxLayer } from './import/list-layers.ts';
export { readOnnxInitialisers } from './import/read-onnx.ts';
export * from './initialisers.ts';
export * from './losses/index.ts';
export {
  bindParams,
  module,
  namedModules,
  namedParams,
  namedStates,
  param,
  state,
  type Leaf,
  type Module,
  type ParamSpec,
  type ParamTree,
  type StateSpec,
  type Syms,
} from './module.ts';
export {
  conv2dModule,
  conv3dModule,
  embedding,
  layerNormModule,
  linear,
  type Conv2dModuleOptions,
  type Conv3dModuleOptions,
  type LinearParams,
} from './modules/basic.ts';
export { metaAconModule, preluModule, type MetaAconParams } from './modules/activations.ts';
export { batchNormModule, type BatchNormModuleOptions, type BatchNormParams, type BatchNormUse } from './modules/batch-norm.ts';
export type { BranchOptions, DropoutOptions } from './modules/branch.ts';
export { conv1dModule, convTranspose2dModule, residualBlock, separableConv2dModule, type ResidualBlock } from './modules/convolutions.ts';
export {
  crossAttention,
  decoderBlock,
  type CrossAttention,
  type DecoderBlock,
  type DecoderBlockOptions,
  type DecoderOptions,
} from './modules/cross-attention.ts';
export { groupNormModule, instanceNormModule, rmsNormModule, spectralWeight } from './modules/norms.ts';
export { classToken, layerScale, positionEmbedding } from './modules/tokens.ts';
export { sequential } from './modules/sequential.ts';
export * from './modules/transformer.ts';
export type { AttrsOf, DType, InputsOf, Op, Ops } from './op-types.ts';
export { batchNorm, normaliseChannels, type BatchNormOptions, type BatchNormResult } from './ops/batch-norm.ts';
export { cumulativeSum, gatherBatch, scatterAddAlongAxis, takeAlongAxis } from './ops/along-axis.ts';
export { padFrom, repeat, roll, tile, type PadMode } from './ops/arrange.ts';
export { adaptiveAvgPool2d, adaptiveMaxPool2d, globalAveragePool, globalMaxPool } from './ops/adaptive-pooling.ts';
export { avgPool2d, conv2d, upsampleNearest, type Conv2dOptions, type PoolOptions } from './ops/convolution.ts';
export {
  abs,
  add,
  addAll,
  cos,
  div,
  erf,
  exp,
  floor,
  gelu,
  isPositive,
  log,
  maximum,
  minimum,
  mul,
  neg,
  pow,
  reciprocal,
  relu,
  sigmoid,
  sign,
  silu,
  sin,
  softplus,
  sqrt,
  square,
  stopGradient,
  sub,
  tanh,
} from './ops/elementwise.ts';
export { and, cast, equal, greater, less, not, or, where } from './ops/logic.ts';
export { adaptiveInstanceNorm, groupNorm, instanceNorm, rmsNorm, type SampleNormOptions } from './ops/group-norm.ts';
export * from './functions/index.ts';
export { gather, oneHot, scatterAdd } from './ops/indexing.ts';
export { dense, matmul } from './ops/linear-algebra.ts';
export { causalMask, keyMask } from './ops/masks.ts';
export { maxPool2d } from './ops/max-pool.ts';
export { blur2d, modulatedConv2d, upsampleBlurred, type ModulatedConv2dOptions } from './ops/modulated-convolution.ts';
export { attention, layerNorm, logSoftmax, softmax } from './ops/normalisation.ts';
export {
  avgPool1d,
  conv1d,
  convTranspose1d,
  maxPool1d,
  type Conv1dOptions,
  type ConvTranspose1dOptions,
  type Pool1dOptions,
} from './ops/one-dimensional.ts';
export { clamp, leakyRelu } from './ops/piecewise-linear.ts';
export { max, mean, min, sum, variance } from './ops/reduce.ts';
export { concat, expand, flip, pad, reshape, slice, split, squeeze, stack, transpose, unsqueeze } from './ops/shape.ts';
export { avgPool3d, conv3d, maxPool3d, type Conv3dOptions, type Pool3dOptions } from './ops/volumes.ts';
export { constant, input, ones, zeros } from './ops/source.ts';
export { sinusoidalPositions, timeEmbedding } from './ops/sinusoids.ts';
export { spectralNorm, type SpectralNormResult } from './ops/spectral-norm.ts';
export { convTranspose2d, type ConvTranspose2dOptions } from './ops/transposed-convolution.ts';
export { convTranspose3d, type ConvTranspose3dOptions } from './ops/transposed-volumes.ts';
export { withGradient } from './ops/with-gradient.ts';
export { inputGradient, type InputGradientOptions } from './input-gradient.ts';
export { projectedGradient, type ProjectedGradientOptions } from './projected-gradient.ts';
export { random, type Random } from './random.ts';
export { rules } from './rules.ts';
export { readSafetensors, writeSafetensors, type NamedTensor, type Safetensors } from './safetensors.ts';
export { float32, int32, type FreeSpec, type InputSyms } from './specs.ts';
export { isTraining, updateState } from './state-updates.ts';
export { summary, type Summary } from './summary.ts';
export type { Rule, Spec, Sym, Value } from './sym.ts';
export { targetOf, type Target } from './target.ts';
export { adam, adamW, rAdam, type AdamOptions, type AdamWOptions } from './train/adam.ts';
export type { Batch } from './train/batch.ts';
export { alternating, type Trainable } from './train/alternating.ts';
export { serveBatches, workerBatches, type Port } from './train/batch-worker.ts';
export { fit, shuffledBatches, type FitOptions } from './train/fit.ts';
export { stepsPerRun } from './train/pace.ts';
export { accumulated, averaged, lookahead } from './train/optimizer-combinators.ts';
export { sgd, type Optimizer, type SgdOptions, type Update, type Updated } from './train/optimizers.ts';
export {
  constantRate,
  cosine,
  inTurn,
  inverseSquareRoot,
  milestones,
  oneCycle,
  perEpoch,
  polynomial,
  stepDecay,
  warmedUp,
  type Schedule,
} from './train/schedules.ts';
export {
  dotAll,
  gradientCosine,
  normAll,
  sam,
  type Directions,
  type GradientRule,
  type SamOptions,
  type Slope,
} from './train/gradient-rules.ts';
export type { Parameters } from './train/parameter-store.ts';
export type { StepResult } from './train/step-result.ts';
export { createTrainer, type Trainer } from './train/trainer.ts';
export { createTrainers, type TrainerOptions, type Trainers } from './train/trainers.ts';
export {
  trainingStep,
  trainingSteps,
  type LossResult,
  type StepOptions,
  type TrainingStep,
  type TrainingStepOptions,
} from './train/training-step.ts';
export type { ParameterGroup, TreatmentOptions } from './train/treatment.ts';
export { writeGraph } from './write-graph.ts';
