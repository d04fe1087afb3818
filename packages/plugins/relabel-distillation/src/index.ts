/**
 * Explainer after "Interpret the Predictions of Deep Networks via Re-Label Distillation" (ICME 2021,
 * https://arxiv.org/abs/2409.13137): which pixels hold an answer up, by a linear student of the model around one picture.
 * README: deviations, results, limits.
 */
import type { Plugin } from '@verilens/core';
import { explainerOf, methodNamed } from '@verilens/explain';
import { PLACE } from './config.ts';
import { relabel } from './explain.ts';
import { openVae, type VaeFiles } from './open-vae.ts';
import { settled } from './settings.ts';
import { SHIPPED } from './shipped.ts';

export type { VaeFile, VaeFiles } from './open-vae.ts';
export type { VaePictures } from './pictures.ts';

/** Targets of the student: hard and soft labels, or one of them alone. */
export type RelabelMethod = 'relabel' | 'relabel-hard' | 'relabel-soft';

export interface RelabelDistillationOptions {
  /** The method used when a call names none. Default `relabel`: hard and soft labels. */
  readonly method?: RelabelMethod;
  /** A VAE of pictures like yours: what `verilens train relabel-distillation --data <folder>` writes. Default: the shipped one. */
  readonly vae?: VaeFiles;
  /** Pictures the student learns from, each one run of the model. Default 300; 1000 at full size. */
  readonly neighbours?: number;
  /** Where neighbours come from. Default `latent`, by the VAE; `noise` on the pixels is the control. */
  readonly around?: 'latent' | 'noise';
  /**
   * What keeping the label means. `class`: the explained class stays the most likely one. `value`: the objective stays above the
   * middle between picture and baseline. Default `auto`: `class` when the objective names a class and the scores are probabilities.
   */
  readonly labels?: 'auto' | 'class' | 'value';
  /** Cells of the student and its map in each direction. Default 14, or fewer for a picture of fewer pixels. */
  readonly grid?: number;
  /** Distance of the neighbours in latent space, in deviations of its prior. Default: found by bisection, at most 2. */
  readonly sigma?: number;
  /** Share of the soft targets in `relabel`. Default 0.5. */
  readonly soft?: number;
  /** Temperature of the soft targets. Default 2. */
  readonly temperature?: number;
  /** On the student's squared weights. Default 2e-4. */
  readonly penalty?: number;
  /** What a cell of the map is: weight times the picture's difference from the baseline (default), or the size of the weight. */
  readonly map?: 'evidence' | 'importance';
  /** The map's cells become means over neighbours up to so many cells away. Default 1: 3 x 3. */
  readonly smooth?: number;
}

/**
 * @example
 * const explainer = await relabelDistillation().create({ runtime });
 * await using model = await openOnnxModel('classifier.onnx', { runtime, description: { activation: 'softmax' } });
 * const { saliency, figures } = await explainer.explain(model, picture, { class: 3 });
 */
export function relabelDistillation(options: RelabelDistillationOptions = {}): Plugin<'explainer'> {
  return {
    name: 'relabel-distillation',
    role: 'explainer',
    apiVersion: 1,
    async create({ runtime, signal }) {
      const settings = settled(options);
      const vae = await openVae(runtime, options.vae ?? SHIPPED, signal);
      const all = [
        relabel('relabel', settings.soft, vae, settings),
        relabel('relabel-hard', 0, vae, settings),
        relabel('relabel-soft', 1, vae, settings),
      ];
      try {
        const first = methodNamed(options.method ?? 'relabel', all, PLACE);
        return explainerOf({
          name: 'relabel-distillation',
          methods: [first, ...all.filter((method) => method !== first)],
          runtime,
          place: PLACE,
          dispose: async () => vae[Symbol.asyncDispose](),
        });
      } catch (error) {
        await vae[Symbol.asyncDispose]();
        throw error;
      }
    },
    trainer: async () => (await import('./trainer.ts')).trainer,
  };
}
