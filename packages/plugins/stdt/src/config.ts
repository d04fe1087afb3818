import { VerilensError } from '@verilens/core';
import type { TraceKind } from './traces.ts';

/** Sizes of one STDT network. */
export interface StdtConfig {
  /** Side of the square face crop the network sees, in pixels. */
  readonly faceSize: number;
  /** Frames in a clip (n0 of the method). */
  readonly frames: number;
  /** Time between two frames of the clips it learnt from, in milliseconds. */
  readonly frameMs: number;
  /** The face is cut into grid x grid cells. */
  readonly grid: number;
  /** Frames kept by temporal dropout (k). */
  readonly keptFrames: number;
  /** Cells kept in each kept frame by spatial dropout (m). */
  readonly keptCells: number;
  /** Token width D. */
  readonly dim: number;
  readonly depth: number;
  readonly heads: number;
  readonly mlpRatio: number;
  /**
   * `rank`: the i-th patch of the bag gets the i-th position embedding (the paper's figure).
   * `cell`: each patch gets the embedding of its true grid cell and of its frame.
   */
  readonly positions: 'rank' | 'cell';
  /** What a patch shows of the pixels. */
  readonly trace: TraceKind;
  /**
   * Band energies are averaged over so many pixels around each pixel before a quarter of a patch is measured: a face framed a
   * little otherwise then hardly moves its edges from one quarter to the next. Default 0
   */
  readonly reachPx?: number;
  /** Every second bag at inference sees the clip mirrored, as half of the clips are in training. Default false */
  readonly mirrors?: boolean;
}

/**
 * `paper`: the architecture of the paper's figure at full size (ViT-Base/16, 224 px, 14 of 16 frames, 14 of 196 cells).
 * `temporal` and `spatial`: the two small networks of the `small` preset; the README says why there are two.
 */
export const CONFIGS: { readonly paper: StdtConfig; readonly temporal: StdtConfig; readonly spatial: StdtConfig } = {
  paper: {
    faceSize: 224,
    frames: 16,
    frameMs: 40,
    grid: 14,
    keptFrames: 14,
    keptCells: 14,
    dim: 768,
    depth: 12,
    heads: 12,
    mlpRatio: 4,
    positions: 'rank',
    trace: 'rgb',
  },
  temporal: {
    faceSize: 64,
    frames: 8,
    frameMs: 40,
    grid: 8,
    keptFrames: 8,
    keptCells: 8,
    dim: 64,
    depth: 4,
    heads: 4,
    mlpRatio: 2,
    positions: 'cell',
    trace: 'temporal',
  },
  spatial: {
    faceSize: 64,
    frames: 8,
    frameMs: 40,
    grid: 8,
    keptFrames: 4,
    keptCells: 16,
    dim: 64,
    depth: 4,
    heads: 4,
    mlpRatio: 2,
    positions: 'cell',
    trace: 'bands',
    reachPx: 3,
    mirrors: true,
  },
};

/** Patches in a bag, k * m. */
export function bagLength(config: StdtConfig): number {
  return config.keptFrames * config.keptCells;
}

/** Pixels on the side of a patch. */
export function patchSide(config: StdtConfig): number {
  return config.faceSize / config.grid;
}

/** @throws VerilensError BAD_OPTION for sizes that do not fit together */
export function checkConfig(config: StdtConfig): StdtConfig {
  const cells = config.grid * config.grid;
  const bad = (expected: string, got: string): never => {
    throw new VerilensError('BAD_OPTION', 'sizes do not fit together', { place: 'plugin stdt', expected, got });
  };
  if (!Number.isInteger(patchSide(config))) bad('a face size divisible by the grid', `${config.faceSize} and ${config.grid}`);
  if (config.keptFrames < 1 || config.keptFrames > config.frames) bad(`1..${config.frames} kept frames`, String(config.keptFrames));
  if (config.keptCells < 1 || config.keptCells > cells) bad(`1..${cells} kept cells`, String(config.keptCells));
  if (config.dim % config.heads !== 0) bad('a token width divisible by the heads', `${config.dim} and ${config.heads}`);
  if (config.trace === 'temporal' && config.frames < 3) bad('at least 3 frames for second temporal differences', String(config.frames));
  return config;
}
