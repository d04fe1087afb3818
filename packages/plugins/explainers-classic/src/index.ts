/**
 * The classic explainers of a picture's verdict behind one contract, so that they can be compared: occlusion, RISE, LIME, gradient x
 * input, integrated gradients, Grad-CAM. README: papers, deviations, what each needs and costs, limits.
 */
import type { Plugin } from '@verilens/core';
import { explainerOf, methodNamed, type SaliencyMethod } from '@verilens/explain';
import { gradCam, type GradCamOptions } from './grad-cam.ts';
import { gradientInput } from './gradient-input.ts';
import { integratedGradients, type IntegratedGradientsOptions } from './integrated-gradients.ts';
import { lime, type LimeOptions } from './lime.ts';
import { occlusion, type OcclusionOptions } from './occlusion.ts';
import { PLACE } from './option-checks.ts';
import { rise, type RiseOptions } from './rise.ts';

export type { GradCamOptions } from './grad-cam.ts';
export type { IntegratedGradientsOptions } from './integrated-gradients.ts';
export type { LimeOptions } from './lime.ts';
export type { OcclusionOptions } from './occlusion.ts';
export type { RiseOptions } from './rise.ts';

export type ClassicMethod = 'occlusion' | 'rise' | 'lime' | 'gradient-input' | 'integrated-gradients' | 'grad-cam';

export interface ExplainersClassicOptions {
  /** The method used when a call names none. Default `occlusion`: it asks nothing of the model but scores. */
  readonly method?: ClassicMethod;
  readonly occlusion?: OcclusionOptions;
  readonly rise?: RiseOptions;
  readonly lime?: LimeOptions;
  readonly integratedGradients?: IntegratedGradientsOptions;
  readonly gradCam?: GradCamOptions;
}

/**
 * @example
 * const engine = await createEngine({ runtime: () => native(), plugins: [explainersClassic({ rise: { masks: 4000 } })] });
 * const explainer = engine.get('explainer', 'explainers-classic');
 * await using model = await openOnnxModel('classifier.onnx', { runtime: engine.runtime });
 * const { saliency, fidelity } = await explainer.explain(model, picture, { class: 3 }, { method: 'rise' });
 */
export function explainersClassic(options: ExplainersClassicOptions = {}): Plugin<'explainer'> {
  return {
    name: 'explainers-classic',
    role: 'explainer',
    apiVersion: 1,
    create: async ({ runtime }) => explainerOf({ name: 'explainers-classic', methods: chosen(options), runtime, place: PLACE }),
  };
}

/** All methods, the default first. @throws VerilensError BAD_OPTION, UNKNOWN_NAME */
function chosen(options: ExplainersClassicOptions): readonly SaliencyMethod[] {
  const all = [
    occlusion(options.occlusion),
    rise(options.rise),
    lime(options.lime),
    gradientInput(),
    integratedGradients(options.integratedGradients),
    gradCam(options.gradCam),
  ];
  const first = methodNamed(options.method ?? 'occlusion', all, PLACE);
  return [first, ...all.filter((method) => method !== first)];
}
