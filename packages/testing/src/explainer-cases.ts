import { type ExplainableModel, type Explanation, type Image, type Plugin, Tensor } from '@verilens/core';
import { fillCells, infidelity, pointingGame, randomisationCheck, type TruthMask } from '@verilens/metrics';
import { claim, claimRunInfo, claimUnit, commonCases, componentOf, type ConformanceCase, refuses, type RoleFixtures } from './claims.ts';

export interface ExplainerFixtures extends RoleFixtures {
  /** Default: a model whose `corner` score is the brightness of the upper left quarter, and nothing else. */
  readonly model?: () => ExplainableModel;
}

const OBJECTIVE = { score: 'corner' } as const;
/** The upper left quarter. */
const QUARTER: TruthMask = { rows: 2, columns: 2, values: [1, 0, 0, 0] };
/** Cells of the layer that `cornerModel` shows, in each direction. */
const LAYER = 8;

/**
 * A model whose true explanation is known: only the upper left quarter matters to `corner`, only the others to `rest`. It offers
 * all that a method may need: scores, gradients, and a layer of two maps (brightness of the quarter, brightness of the others).
 *
 * @param options `mirrored`: the lower right quarter instead.
 */
export function cornerModel(options: { readonly mirrored?: boolean } = {}): ExplainableModel {
  const isCorner = (x: number, y: number, width: number, height: number): boolean =>
    options.mirrored === true ? x >= width / 2 && y >= height / 2 : x < width / 2 && y < height / 2;
  const scoresOf = (width: number, height: number, red: (pixel: number) => number): Float32Array => {
    const sums = [0, 0];
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) sums[isCorner(x, y, width, height) ? 0 : 1]! += red(y * width + x) / width / height;
    return Float32Array.of(4 * sums[0]!, (4 / 3) * sums[1]!);
  };
  const sizes = (pixels: Tensor): readonly [count: number, height: number, width: number] => [
    pixels.dims[0]!,
    pixels.dims[2]!,
    pixels.dims[3]!,
  ];
  const scoresOfAll = (pixels: Tensor): readonly Float32Array[] => {
    const [count, height, width] = sizes(pixels);
    const data = pixels.data as Float32Array;
    return Array.from({ length: count }, (_, n) => scoresOf(width, height, (pixel) => data[n * 3 * width * height + pixel]!));
  };
  return {
    name: 'corner',
    outputs: ['corner', 'rest'],
    async score(images, { signal } = {}) {
      signal?.throwIfAborted();
      return images.map(({ data, width, height }) => scoresOf(width, height, (pixel) => data[pixel * 4]! / 255));
    },
    async gradient(pixels, weights, { signal } = {}) {
      signal?.throwIfAborted();
      const [count, height, width] = sizes(pixels);
      const gradient = new Float32Array(count * 3 * height * width);
      for (let n = 0; n < count; n++) {
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            const factor = isCorner(x, y, width, height) ? 4 * weights[n]![0]! : (4 / 3) * weights[n]![1]!;
            gradient[(n * 3 * height + y) * width + x] = factor / width / height;
          }
        }
      }
      return { scores: scoresOfAll(pixels), gradient: new Tensor('float32', gradient, pixels.dims) };
    },
    layers: ['quarters'],
    async features(pixels, weights, { signal } = {}) {
      signal?.throwIfAborted();
      const [, height, width] = sizes(pixels);
      const data = pixels.data as Float32Array;
      const cells = LAYER * LAYER;
      const activation = new Float32Array(2 * cells);
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const cell = Math.floor((y * LAYER) / height) * LAYER + Math.floor((x * LAYER) / width);
          activation[(isCorner(x, y, width, height) ? 0 : cells) + cell]! += (data[y * width + x]! * cells) / width / height;
        }
      }
      const gradient = Float32Array.from(activation, (_, k) =>
        k < cells ? (4 * weights[0]![0]!) / cells : ((4 / 3) * weights[0]![1]!) / cells,
      );
      const dims = [1, 2, LAYER, LAYER];
      return {
        layer: 'quarters',
        scores: scoresOfAll(pixels),
        activation: new Tensor('float32', activation, dims),
        gradient: new Tensor('float32', gradient, dims),
      };
    },
  };
}

/** The same model, telling of each call and of its pictures. */
function watched(model: ExplainableModel, onCall: (pictures: number) => void): ExplainableModel {
  return {
    ...model,
    score: (images, options) => (onCall(images.length), model.score(images, options)),
    gradient: (pixels, weights, options) => (onCall(weights.length), model.gradient!(pixels, weights, options)),
    features: (pixels, weights, options) => (onCall(weights.length), model.features!(pixels, weights, options)),
  };
}

function grey(size: number, level: number): Image {
  const data = new Uint8ClampedArray(size * size * 4).fill(level);
  for (let p = 3; p < data.length; p += 4) data[p] = 255;
  return { data, width: size, height: size };
}

function claimAlike(one: Explanation, two: Explanation, what: string): void {
  claim(
    one.saliency.values.every((value, index) => Math.abs(value - two.saliency.values[index]!) < 1e-4),
    what,
  );
}

/** What every explainer must do, whichever method is its default. */
export function explainerCases(makePlugin: () => Plugin<'explainer'>, fixtures: ExplainerFixtures = {}): readonly ConformanceCase[] {
  const withExplainer = componentOf(makePlugin, fixtures);
  const model = fixtures.model ?? cornerModel;
  const white = (size: number): Image => grey(size, 255);
  const black = { baseline: { kind: 'constant', rgb: [0, 0, 0] } } as const;
  const quick = { ...black, fidelity: false } as const;
  return [
    ...commonCases('explainer', makePlugin, fixtures, (explainer, options) =>
      explainer.explain(model(), white(32), { class: 0 }, { fidelity: false, ...options }),
    ),
    {
      name: 'gives a map, its fidelity and the baseline used',
      run: withExplainer(async (explainer, runtime) => {
        const explained = await explainer.explain(model(), white(32), { class: 0 });
        claimRunInfo(explained, runtime);
        const { rows, columns, values } = explained.saliency;
        claim(values.length === rows * columns && values.length > 0, `${values.length} values for ${rows} x ${columns}`);
        claim(
          values.every((value) => value >= -1 && value <= 1),
          'a value is outside -1..1',
        );
        claim(Boolean(explained.baseline?.kind), 'no baseline');
        claim(explained.modelRuns >= 1 && Number.isFinite(explained.value), `modelRuns ${explained.modelRuns}, value ${explained.value}`);
        claim(
          explained.method === explainer.methods[0]?.name,
          `made by "${explained.method}", the default is "${explainer.methods[0]?.name}"`,
        );
        const { fidelity } = explained;
        claim(fidelity !== undefined, 'no fidelity');
        claim(Boolean(fidelity.fill?.kind), 'fidelity without its fill');
        for (const value of [fidelity.deletion, fidelity.insertion, fidelity.random.deletion, fidelity.random.insertion, fidelity.empty])
          claim(Number.isFinite(value), `a fidelity figure is ${value}`);
        for (const curve of fidelity.curves === undefined ? [] : [fidelity.curves.deletion, fidelity.curves.insertion])
          claim(curve.length === fidelity.steps + 1, `a curve of ${curve.length} values for ${fidelity.steps} steps`);
      }),
    },
    {
      name: 'points at what the model really uses, better than chance',
      run: withExplainer(async (explainer) => {
        const { saliency, fidelity } = await explainer.explain(cornerModel(), white(32), OBJECTIVE, black);
        const { hit, inside } = pointingGame(saliency, QUARTER);
        claim(hit === 1, `${hit} of the maxima lies on the quarter that alone matters`);
        claim(inside > 0.6, `${inside} of the map lies on the quarter that alone matters`);
        claim(fidelity!.deletion < fidelity!.random.deletion, 'removing what it names is no worse for the score than removing at random');
        claim(fidelity!.insertion > fidelity!.random.insertion, 'showing what it names is no better than showing at random');
      }),
    },
    {
      name: 'says what hiding a part costs',
      run: withExplainer(async (explainer) => {
        const [image, corner] = [white(32), cornerModel()];
        const { saliency } = await explainer.explain(corner, image, OBJECTIVE, quick);
        const values = async (count: number, make: (index: number) => Image): Promise<number[]> =>
          (await corner.score(Array.from({ length: count }, (_, index) => make(index)))).map((row) => row[0]!);
        const found = await infidelity({ image, fill: grey(32, 0), map: saliency, values, seed: 1 });
        claimUnit(found, 'infidelity');
        claim(found < 0.5, `infidelity ${found}: the map does not say what hiding a part costs`);
      }),
    },
    {
      name: 'shows the model, not the picture: another model gives another map',
      run: withExplainer(async (explainer) => {
        const [one, other] = [
          await explainer.explain(cornerModel(), white(32), OBJECTIVE, quick),
          await explainer.explain(cornerModel({ mirrored: true }), white(32), OBJECTIVE, quick),
        ];
        const alike = randomisationCheck(one.saliency, [other.saliency]).mean;
        claim(alike < 0.5, `the maps of two models that look at opposite corners have rank correlation ${alike}`);
      }),
    },
    {
      name: 'is the same for the same seed',
      run: withExplainer(async (explainer) => {
        const explain = (): Promise<Explanation> => explainer.explain(cornerModel(), white(32), OBJECTIVE, { seed: 3, fidelity: false });
        claimAlike(await explain(), await explain(), 'two maps for one seed');
      }),
    },
    {
      name: 'contrasts one output with another, by name and by number',
      run: withExplainer(async (explainer) => {
        for (const objective of [
          { score: 'corner', against: 'rest' },
          { class: 0, against: 1 },
        ] as const) {
          const { value } = await explainer.explain(cornerModel(), white(32), objective, quick);
          claim(Math.abs(value) < 1e-3, `the contrast of two equal outputs is ${value}`);
        }
      }),
    },
    {
      name: 'explains a function of the scores',
      run: withExplainer(async (explainer) => {
        const squared = { name: 'corner squared', value: (scores: ArrayLike<number>) => scores[0]! ** 2 };
        const { saliency, value, objective } = await explainer.explain(cornerModel(), white(32), squared, quick);
        claim(Math.abs(value - 1) < 1e-3 && objective === squared, `the value is ${value}, expected 1`);
        const { inside } = pointingGame(saliency, QUARTER);
        claim(inside > 0.6, `${inside} of the map lies on the quarter that alone matters`);
      }),
    },
    {
      name: 'refuses an objective the model lacks, saying what there is',
      run: withExplainer(async (explainer) => {
        for (const objective of [{ score: 'nope' }, { class: 2 }, { class: -1 }, { class: 0.5 }, { class: 0, against: 7 }]) {
          const error = await refuses('UNKNOWN_NAME', JSON.stringify(objective), () =>
            explainer.explain(cornerModel(), white(16), objective),
          );
          claim(error.message.includes('corner') && error.message.includes('rest'), `the message lists no outputs: ${error.message}`);
        }
      }),
    },
    {
      name: 'names its methods, runs each, and refuses others',
      run: withExplainer(async (explainer) => {
        claim(explainer.methods.length > 0, 'no methods');
        for (const { name } of explainer.methods) {
          const explained = await explainer.explain(cornerModel(), white(16), OBJECTIVE, { ...quick, method: name });
          claim(explained.method === name, `asked for "${name}", answered by "${explained.method}"`);
        }
        await refuses('UNKNOWN_NAME', 'a method nobody has', () =>
          explainer.explain(cornerModel(), white(16), OBJECTIVE, { method: 'crystal-ball' }),
        );
      }),
    },
    {
      name: 'refuses a method whose needs the model hides',
      run: withExplainer(async (explainer) => {
        const { name, outputs, score } = cornerModel();
        for (const method of explainer.methods.filter(({ needs }) => needs !== 'scores'))
          await refuses('UNSUPPORTED', `${method.name} on scores alone`, () =>
            explainer.explain({ name, outputs, score }, white(16), OBJECTIVE, { method: method.name }),
          );
      }),
    },
    {
      name: 'runs in portions that fit the memory bound, with the same result',
      run: withExplainer(async (explainer) => {
        let largest = 0;
        const counted = { ...watched(cornerModel(), (pictures) => (largest = Math.max(largest, pictures))), bytesPerImage: 1000 };
        const whole = await explainer.explain(cornerModel(), white(16), OBJECTIVE, quick);
        const parts = await explainer.explain(counted, white(16), OBJECTIVE, { ...quick, memoryBytes: 3500 });
        claim(largest <= 3, `${largest} pictures of 1000 bytes in 3500`);
        claimAlike(whole, parts, 'another map in smaller portions');
      }),
    },
    {
      name: 'stops in the middle when cancelled',
      run: withExplainer(async (explainer) => {
        const controller = new AbortController();
        let calls = 0;
        const model = watched(cornerModel(), () => ++calls === 2 && controller.abort());
        await refuses('ABORTED', 'a call cancelled in its second run', () =>
          explainer.explain(model, white(16), OBJECTIVE, { signal: controller.signal, memoryBytes: 1 }),
        );
        claim(calls <= 3, `${calls} runs, though it was cancelled in the second`);
      }),
    },
    {
      name: 'reports progress that never falls and ends at 1',
      run: withExplainer(async (explainer) => {
        const seen: number[] = [];
        await explainer.explain(cornerModel(), white(16), OBJECTIVE, { ...black, onProgress: (fraction) => void seen.push(fraction) });
        claim(
          seen.every((fraction, index) => fraction >= (seen[index - 1] ?? 0) && fraction <= 1),
          `progress ${seen.join(', ')}`,
        );
        claim(seen.at(-1) === 1, `progress ends at ${seen.at(-1)}`);
      }),
    },
    {
      name: 'refuses a model that answers with NaN',
      run: withExplainer(async (explainer) => {
        let calls = 0;
        const failing: ExplainableModel = {
          ...cornerModel(),
          score: async (images) => images.map(() => Float32Array.of(++calls > 1 ? NaN : 1, 0)),
        };
        await refuses('NOT_FINITE', 'a model that answers with NaN', () => explainer.explain(failing, white(16), OBJECTIVE, black));
      }),
    },
    {
      name: 'leaves the picture as it was',
      run: withExplainer(async (explainer) => {
        const image = fillCells(white(16), grey(16, 40), [0, 1, 1, 0], 2, 2);
        const before = image.data.slice();
        await explainer.explain(cornerModel(), image, OBJECTIVE, black);
        claim(
          image.data.every((value, index) => value === before[index]),
          'the picture was changed',
        );
      }),
    },
  ];
}
