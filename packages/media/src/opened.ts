import type { Image } from '@verilens/core';
import type { OpenedInfo } from './types.ts';

/** A decoded frame not yet converted to RGBA: conversion costs more than decoding and is done for sampled frames only. */
export interface LazyFrame {
  readonly timestampMs: number;
  readonly index: number;
  /** Converts. The frame is released afterwards. */
  image(): Promise<Image>;
  /** Takes the memory of a converted picture back for a later one. Not there where the pixels are the caller's. */
  reuse?(image: Image): void;
  /** Gives the decoder's memory back without converting. */
  release(): void;
}

/** What every kind of source is turned into; `frames` starts a new pass. */
export interface Opened {
  readonly kind: 'image' | 'video';
  readonly info: OpenedInfo;
  frames(signal: AbortSignal | undefined): AsyncGenerator<LazyFrame, void, undefined>;
  close(): Promise<void>;
}
