import type { ExplainableModel, Explanation, Image, Plugin } from '@verilens/core';
import { claim, claimRunInfo, commonCases, componentOf, type ConformanceCase, refuses, type RoleFixtures } from './claims.ts';

export interface ExplainerFixtures extends RoleFixtures {
  /** Default: a model whose `corner` score is the brightness of the upper left quarter, and nothing else. */
  readonly model?: () => ExplainableModel;
}

const OBJECTIVE = { kind: 'output', output: 'corner' } as const;

/** A model whose true explanation is known: only the upper left quarter matters to `corner`. */
export function cornerModel(): ExplainableModel {
  return {
    name: 'corner',
    outputs: ['corner', 'rest'],
    async score(images, { signal } = {}) {
      signal?.throwIfAborted();
      return images.map(({ data, width, height }) => {
        const sums = [0, 0];
        for (let y = 0; y < height; y++)
          for (let x = 0; x < width; x++)
            sums[x < width / 2 && y < height / 2 ? 0 : 1]! += data[(y * width + x) * 4]! / 255 / width / height;
        return Float32Array.of(4 * sums[0]!, (4 / 3) * sums[1]!);
      });
    },
  };
}

function white(size: number): Image {
  return { data: new Uint8ClampedArray(size * size * 4).fill(255), width: size, height: size };
}

/** What every explainer must do. */
export function explainerCases(makePlugin: () => Plugin<'explainer'>, fixtures: ExplainerFixtures = {}): readonly ConformanceCase[] {
  const withExplainer = componentOf(makePlugin, fixtures);
  const model = fixtures.model ?? cornerModel;
  const share = ({ saliency }: Explanation): number => {
    let [inside, all] = [0, 0];
    for (const [index, value] of saliency.values.entries()) {
      const positive = Math.max(0, value);
      all += positive;
      if (index % saliency.columns < saliency.columns / 2 && Math.floor(index / saliency.columns) < saliency.rows / 2) inside += positive;
    }
    return inside / all;
  };
  const black = { baseline: { kind: 'constant', rgb: [0, 0, 0] } } as const;
  return [
    ...commonCases('explainer', makePlugin, fixtures, (explainer, options) =>
      explainer.explain(model(), white(32), { kind: 'output', output: model().outputs[0]! }, options),
    ),
    {
      name: 'gives a map, its fidelity and the baseline used',
      run: withExplainer(async (explainer, runtime) => {
        const explained = await explainer.explain(model(), white(32), { kind: 'output', output: model().outputs[0]! });
        claimRunInfo(explained, runtime);
        const { rows, columns, values } = explained.saliency;
        claim(values.length === rows * columns && values.length > 0, `${values.length} values for ${rows} x ${columns}`);
        claim(
          values.every((value) => value >= -1 && value <= 1),
          'a value is outside -1..1',
        );
        claim(Boolean(explained.baseline?.kind), 'no baseline');
        claim(explained.modelRuns >= 1 && Number.isFinite(explained.value), `modelRuns ${explained.modelRuns}, value ${explained.value}`);
        const { fidelity } = explained;
        claim(fidelity !== undefined, 'no fidelity');
        for (const value of [fidelity.deletion, fidelity.insertion, fidelity.random.deletion, fidelity.random.insertion])
          claim(Number.isFinite(value), `a fidelity figure is ${value}`);
      }),
    },
    {
      name: 'points at what the model really uses, better than chance',
      run: withExplainer(async (explainer) => {
        const explained = await explainer.explain(cornerModel(), white(32), OBJECTIVE, black);
        claim(share(explained) > 0.6, `${share(explained)} of the map lies on the quarter that alone matters`);
        claim(
          explained.fidelity!.deletion < explained.fidelity!.random.deletion,
          'removing what it names is no worse for the score than removing at random',
        );
        claim(
          explained.fidelity!.insertion > explained.fidelity!.random.insertion,
          'showing what it names is no better than showing at random',
        );
      }),
    },
    {
      name: 'is the same for the same seed',
      run: withExplainer(async (explainer) => {
        const [one, two] = [
          await explainer.explain(cornerModel(), white(32), OBJECTIVE, { seed: 3 }),
          await explainer.explain(cornerModel(), white(32), OBJECTIVE, { seed: 3 }),
        ];
        claim(
          one.saliency.values.every((value, index) => Math.abs(value - two.saliency.values[index]!) < 1e-6),
          'two maps for one seed',
        );
      }),
    },
    {
      name: 'contrasts one output with another',
      run: withExplainer(async (explainer) => {
        const { value } = await explainer.explain(cornerModel(), white(32), { kind: 'contrast', output: 'corner', against: 'rest' }, black);
        claim(Math.abs(value) < 1e-3, `the contrast of two equal outputs is ${value}`);
      }),
    },
    {
      name: 'refuses an objective the model lacks',
      run: withExplainer(async (explainer) => {
        await refuses('UNKNOWN_NAME', 'an output nobody has', () =>
          explainer.explain(cornerModel(), white(16), { kind: 'output', output: 'nope' }),
        );
      }),
    },
  ];
}
