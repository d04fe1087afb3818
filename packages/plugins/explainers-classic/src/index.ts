/**
 * The classic explainers of a picture's verdict behind one contract, so that they can be compared: occlusion, RISE, LIME, gradient x
 * input, integrated gradients, Grad-CAM. README: papers, deviations, what each needs and costs, limits.
 */
import { didYouMean, type Explainer, type Plugin, throwIfAborted, VerilensError } from '@verilens/core';
import { explainWith, type SaliencyMethod } from '@verilens/explain';
import { gradCam, type GradCamOptions } from './grad-cam.ts';
import { gradientInput } from './gradient-input.ts';
import { integratedGradients, type IntegratedGradientsOptions } from './integrated-gradients.ts';
import { lime, type LimeOptions } from './lime.ts';
import { occlusion, type OcclusionOptions } from './occlusion.ts';
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

const PLACE = 'plugin explainers-classic';

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
    async create({ runtime }): Promise<Explainer> {
      const methods = chosen(options);
      let disposed = false;
      const alive = (): void => {
        if (disposed) throw new VerilensError('DISPOSED', 'used after dispose', { place: PLACE, remedy: 'Create another one.' });
      };
      const dispose = async (): Promise<void> => {
        disposed = true;
      };
      return {
        name: 'explainers-classic',
        methods: methods.map(({ name, needs }) => ({ name, needs })),
        async warmup() {
          alive();
        },
        async explain(model, image, objective, call = {}) {
          alive();
          throwIfAborted(call.signal, PLACE);
          const started = performance.now();
          const method = call.method === undefined ? methods[0]! : byName(methods, call.method);
          const explained = await explainWith(method, { model, image, objective, options: call, place: PLACE });
          return { ...explained, device: runtime.device, durationMs: performance.now() - started };
        },
        dispose,
        [Symbol.asyncDispose]: dispose,
      };
    },
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
  const first = byName(all, options.method ?? 'occlusion');
  return [first, ...all.filter((method) => method !== first)];
}

function byName(methods: readonly SaliencyMethod[], name: string): SaliencyMethod {
  const found = methods.find((method) => method.name === name);
  if (found !== undefined) return found;
  const names = methods.map((method) => method.name);
  throw new VerilensError('UNKNOWN_NAME', `no method is called "${name}"`, { place: PLACE, remedy: didYouMean(name, names) });
}
