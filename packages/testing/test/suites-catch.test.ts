import type { Detector, DetectorInput, DetectOptions, Explainer, Explanation, Plugin } from '@verilens/core';
import { describe, expect, it } from 'vitest';
import { withSkips } from '../src/claims.ts';
import { detectorCases } from '../src/detector-cases.ts';
import { cornerModel, explainerCases } from '../src/explainer-cases.ts';
import { recognizerCases } from '../src/recognizer-cases.ts';
import { trackerCases } from '../src/tracker-cases.ts';
import { meanLight } from './honest/mean-light-detector.ts';
import { occlusion } from './honest/occlusion-explainer.ts';
import { pixelRecognizer } from './honest/pixel-recognizer.ts';
import { templateTracker } from './honest/template-tracker.ts';

/** The sound detector with one thing spoiled. */
function spoiled(spoil: (detector: Detector) => Partial<Detector>): () => Plugin<'detector'> {
  return () => ({
    ...meanLight(),
    async create(context) {
      const detector = await meanLight().create(context);
      return { ...detector, ...spoil(detector) };
    },
  });
}

async function failing(cases: ReturnType<typeof detectorCases>): Promise<string[]> {
  const names: string[] = [];
  for (const { name, run } of cases) await run().catch(() => names.push(name));
  return names;
}

const detects = (detect: (detector: Detector, input: DetectorInput, options: DetectOptions) => ReturnType<Detector['detect']>) =>
  spoiled((detector) => ({ detect: (input, options = {}) => detect(detector, input, options) }));
let draws = 0;

describe('the detector suite catches', () => {
  it.each([
    {
      fault: 'a score of NaN',
      plugin: detects(async (detector, input, options) => ({ ...(await detector.detect(input, options)), score: NaN })),
      caught: 'judges what it demands, and keeps the contract',
    },
    {
      fault: 'a random score',
      plugin: detects(async (detector, input, options) => ({ ...(await detector.detect(input, options)), score: (draws += 0.01) % 0.5 })),
      caught: 'gives the same score again, also when asked twice at once',
    },
    {
      fault: 'a verdict on nothing',
      plugin: detects(async (detector, input, options) => {
        const result = await detector.detect(input, options);
        return result.score === null ? { ...result, status: 'AUTHENTIC', score: 0 } : result;
      }),
      caught: 'says NOT_APPLICABLE, and why, when there is nothing to judge',
    },
    {
      fault: 'an ignored threshold',
      plugin: detects((detector, input, options) => detector.detect(input, { ...options, threshold: 0.8 })),
      caught: 'takes a threshold from the caller',
    },
    {
      fault: 'an ignored signal',
      plugin: detects((detector, input, options) => detector.detect(input, { ...options, signal: undefined })),
      caught: 'refuses to start when already cancelled',
    },
    {
      fault: 'another device',
      plugin: detects(async (detector, input, options) => ({ ...(await detector.detect(input, options)), device: 'cuda' })),
      caught: 'says where it ran and how long',
    },
    {
      fault: 'life after dispose',
      plugin: spoiled(() => ({ dispose: async () => undefined, [Symbol.asyncDispose]: async () => undefined })),
      caught: 'disposes once, twice, and refuses work afterwards',
    },
    { fault: 'another name', plugin: spoiled(() => ({ name: 'other' })), caught: 'bears the name of its plugin' },
    {
      fault: 'a swallowed error',
      plugin: detects(async (detector, input, options) =>
        detector
          .detect(input, options)
          .catch(async (error) =>
            error.message.includes('torn')
              ? detector.detect({ kind: 'face-clips', clips: (async function* () {})() })
              : Promise.reject(error),
          ),
      ),
      caught: 'passes on an error of its stream',
    },
  ])('$fault', async ({ plugin, caught }) => {
    // Only the case that should catch it, and those that run fast: an ignored signal would read an endless stream.
    const cases = detectorCases(plugin).filter(({ name }) => name === caught);
    expect(await failing(cases)).toEqual([caught]);
  });

  it('nothing in the sound one', async () => {
    expect(await failing(detectorCases(meanLight))).toEqual([]);
  });
});

it('the recognizer suite catches an asymmetric comparison', async () => {
  const crooked = (): Plugin<'recognizer'> => ({
    ...pixelRecognizer(),
    async create(context) {
      const sound = await pixelRecognizer().create(context);
      let calls = 0;
      return {
        ...sound,
        get enrolled() {
          return sound.enrolled;
        },
        compare: async (a, b, options) => {
          const result = await sound.compare(a, b, options);
          return { ...result, distance: result.distance * (1 + 0.1 * calls++) };
        },
      };
    },
  });
  expect(await failing(recognizerCases(crooked))).toEqual(['compares with a calibrated similarity and its false-accept rate']);
});

it('the tracker suite catches a tracker that stands still', async () => {
  const still = (): Plugin<'tracker'> => ({
    ...templateTracker(),
    async create(context) {
      const sound = await templateTracker().create(context);
      let held = { x: 0, y: 0, width: 1, height: 1 };
      return {
        ...sound,
        init: async (frame, box, options) => ((held = box), sound.init(frame, box, options)),
        update: async (frame, options) => ({ ...(await sound.update(frame, options)), box: held }),
      };
    },
  });
  expect(await failing(trackerCases(still))).toContain('stays on its target');
});

it('skips carry their reason, and must name a case', () => {
  const cases = detectorCases(meanLight);
  const name = 'passes on an error of its stream';
  expect(withSkips(cases, { [name]: 'because' }).find((entry) => entry.name === name)).toMatchObject({ skipped: 'because' });
  expect(() => withSkips(cases, { 'no such case': 'why' })).toThrow(/no case/);
});

describe('the explainer suite catches', () => {
  type Explain = Explainer['explain'];
  const explains = (spoil: (explain: Explain, ...given: Parameters<Explain>) => Promise<Explanation>): (() => Plugin<'explainer'>) => {
    return () => ({
      ...occlusion(),
      async create(context) {
        const explainer = await occlusion().create(context);
        return { ...explainer, explain: (...given) => spoil(explainer.explain, ...given) };
      },
    });
  };
  const withMap = (explained: Explanation, value: (cell: number) => number): Explanation => ({
    ...explained,
    saliency: { ...explained.saliency, values: explained.saliency.values.map((_, cell) => value(cell)) },
  });
  it.each([
    {
      fault: 'a map that shows nothing',
      plugin: explains(async (explain, ...given) => withMap(await explain(...given), () => 1)),
      caught: 'points at what the model really uses, better than chance',
    },
    {
      fault: 'a map that shows the picture, whatever the model',
      plugin: explains((explain, _, ...given) => explain(cornerModel(), ...given)),
      caught: 'shows the model, not the picture: another model gives another map',
    },
    {
      fault: 'a map of the wrong half',
      plugin: explains(async (explain, ...given) => withMap(await explain(...given), (cell) => Number(cell % 8 > 3))),
      caught: 'says what hiding a part costs',
    },
    {
      fault: 'a map that changes from call to call',
      plugin: explains(async (explain, ...given) => withMap(await explain(...given), (cell) => ((cell + (draws += 1)) % 7) / 7)),
      caught: 'is the same for the same seed',
    },
    {
      fault: 'an ignored memory bound',
      plugin: explains((explain, model, image, objective, options) =>
        explain(model, image, objective, { ...options, memoryBytes: 2 ** 30 }),
      ),
      caught: 'runs in portions that fit the memory bound, with the same result',
    },
    {
      fault: 'an ignored signal',
      plugin: explains((explain, model, image, objective, options) => explain(model, image, objective, { ...options, signal: undefined })),
      caught: 'stops in the middle when cancelled',
    },
    {
      fault: 'a class that is silently another',
      plugin: explains((explain, model, image, objective, options) =>
        explain(model, image, 'class' in objective ? { class: 0 } : objective, options),
      ),
      caught: 'refuses an objective the model lacks, saying what there is',
    },
    {
      fault: 'one method under many names',
      plugin: explains((explain, model, image, objective, options) => explain(model, image, objective, { ...options, method: undefined })),
      caught: 'names its methods, runs each, and refuses others',
    },
  ])('$fault', async ({ plugin, caught }) => {
    expect(await failing(explainerCases(plugin))).toContain(caught);
  });
});
