/**
 * Recognizer of low-resolution pictures by a small student, taught by a teacher and an assistant that see good ones, after
 * "Look One and More: Distilling Hybrid Order Relational Knowledge for Cross-Resolution Image Recognition" (AAAI 2020,
 * https://arxiv.org/abs/2409.05384). README: deviations, results and limits.
 */
import { type ModelSource, type Plugin, VerilensError } from '@verilens/core';
import shipped from '../models/student.json' with { type: 'json' };
import { type HybridCard, readCard } from './card.ts';
import { PLACE } from './config.ts';
import { createRecognizer } from './recognizer.ts';

export type { HybridCard } from './card.ts';
export type { OnnxTeacher } from './onnx-teacher.ts';
export type { HybridTrainingData } from './train.ts';

export interface HybridOrderKdOptions {
  /** A student of your own: `student.onnx` and `student.json` of `verilens train hybrid-order-kd`. Default: the shipped one. */
  readonly model?: { readonly source: ModelSource; readonly card: HybridCard };
  /** False-accept rates allowed when a call does not say. Default 0.05 of a comparison, 0.1 of a search. */
  readonly limits?: { readonly compare?: number; readonly search?: number };
}

/**
 * @example
 * const recognizer = await hybridOrderKd().create({ runtime: await native() });
 * const { labels } = await recognizer.classify(thumbnail);
 */
export function hybridOrderKd(options: HybridOrderKdOptions = {}): Plugin<'recognizer'> {
  return {
    name: 'hybrid-order-kd',
    role: 'recognizer',
    apiVersion: 1,
    async create({ runtime, signal }) {
      const limits = {
        compare: rate('limits.compare', options.limits?.compare ?? 0.05),
        search: rate('limits.search', options.limits?.search ?? 0.1),
      };
      const { source, card } = options.model ?? {
        source: new URL('../models/student.onnx', import.meta.url),
        card: shipped as unknown as HybridCard,
      };
      readCard(card);
      return createRecognizer({ session: await runtime.load(source, { card, signal }), card, limits });
    },
    trainer: async () => (await import('./trainer.ts')).trainer,
  };
}

function rate(name: string, value: number): number {
  if (value >= 0 && value <= 1) return value;
  throw new VerilensError('BAD_OPTION', `${name} cannot be used`, { place: PLACE, expected: '0..1', got: String(value) });
}
