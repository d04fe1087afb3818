import {
  checkDetectionResult,
  type DetectionResult,
  type Detector,
  type DetectorDemand,
  type DetectorInput,
  type FaceClip,
  type Plugin,
  VerilensError,
  type VideoFrame,
} from '@verilens/core';
import { claim, claimUnit, commonCases, componentOf, type ConformanceCase, refuses, type RoleFixtures } from './claims.ts';
import { syntheticClip, syntheticImage, syntheticInput } from './synthetic-input.ts';

export interface DetectorFixtures extends RoleFixtures {
  /** Something the detector can judge, fresh at each call. Default: synthetic input of the kind and shape it demands. */
  readonly input?: (demand: DetectorDemand) => DetectorInput;
  /** Score difference allowed between two judgements of one input. Default 1e-6. */
  readonly tolerance?: number;
}

/** What every detector must do. */
export function detectorCases(makePlugin: () => Plugin<'detector'>, fixtures: DetectorFixtures = {}): readonly ConformanceCase[] {
  const withDetector = componentOf(makePlugin, fixtures);
  const { tolerance = 1e-6 } = fixtures;
  const sample = (detector: Detector): DetectorInput => (fixtures.input ?? ((demand) => syntheticInput(demand, 3)))(detector.demand);
  const streams = (detector: Detector): boolean => detector.demand.kind !== 'image';
  return [
    ...commonCases('detector', makePlugin, fixtures, (detector, options) => detector.detect(sample(detector), options)),
    {
      name: 'judges what it demands, and keeps the contract',
      run: withDetector(async (detector) => {
        const result = checkDetectionResult(await detector.detect(sample(detector)), detector.name);
        claim(result.status !== 'NOT_APPLICABLE', `NOT_APPLICABLE for its own kind of input: ${result.reason}`);
        claim(result.models.length > 0, 'models is empty');
        for (const model of result.models) {
          claim(
            model.name === detector.name || model.name.startsWith(`${detector.name}/`),
            `model "${model.name}" does not bear the name of its detector`,
          );
        }
        if (result.status === 'INCONCLUSIVE') claim(Boolean(result.reason), 'INCONCLUSIVE without a reason');
      }),
    },
    {
      name: 'gives the same score again, also when asked twice at once',
      run: withDetector(async (detector) => {
        const first = await detector.detect(sample(detector));
        const both = await Promise.all([detector.detect(sample(detector)), detector.detect(sample(detector))]);
        for (const { score } of both) claim(Math.abs(score! - first.score!) <= tolerance, `${score} after ${first.score}`);
      }),
    },
    {
      name: 'says NOT_APPLICABLE, and why, when there is nothing to judge',
      run: withDetector(async (detector) => {
        if (!streams(detector)) return;
        const result = checkDetectionResult(await detector.detect(syntheticInput(detector.demand, 0)), detector.name);
        claim(result.status === 'NOT_APPLICABLE', `${result.status} of nothing`);
        claim(Boolean(result.reason), 'no reason given');
      }),
    },
    {
      name: 'takes a threshold from the caller',
      run: withDetector(async (detector) => {
        const low = await detector.detect(sample(detector), { threshold: 0 });
        claim(low.status === 'MANIPULATED' && low.threshold === 0, `${low.status} at threshold ${low.threshold}, asked for 0`);
        const high = await detector.detect(sample(detector), { threshold: 1 });
        claim(
          high.threshold === 1 && (high.status === 'MANIPULATED') === (high.score === 1),
          `${high.status} with ${high.score} at threshold 1`,
        );
        for (const threshold of [NaN, -0.1, 1.1])
          await refuses('BAD_OPTION', `threshold ${threshold}`, () => detector.detect(sample(detector), { threshold }));
      }),
    },
    {
      name: 'refuses another kind of input',
      run: withDetector(async (detector) => {
        const other: DetectorInput = streams(detector)
          ? { kind: 'image', image: syntheticImage(32, 32) }
          : syntheticInput({ kind: 'frames' }, 2);
        await refuses(['BAD_INPUT', 'BAD_SHAPE'], `input of kind ${other.kind}`, () => detector.detect(other));
      }),
    },
    {
      name: 'refuses clips of another shape',
      run: withDetector(async (detector) => {
        const { demand } = detector;
        if (demand.kind !== 'face-clips') return;
        const wrong: FaceClip[] = [
          syntheticClip({ ...demand, size: demand.size + 8 }),
          syntheticClip({ ...demand, frames: demand.frames + 1 }),
        ];
        for (const clip of wrong)
          await refuses(['BAD_INPUT', 'BAD_SHAPE'], 'a clip of another shape', () =>
            detector.detect({ kind: 'face-clips', clips: only(clip) }),
          );
      }),
    },
    {
      name: 'stops in the middle when cancelled, and closes its stream',
      run: withDetector(async (detector) => {
        if (!streams(detector)) return;
        const controller = new AbortController();
        const watched = { closed: false };
        const endless = endlessInput(detector.demand, watched, (item) => item === 2 && controller.abort());
        await refuses(
          'ABORTED',
          'an endless stream cancelled after 2 items',
          () => detector.detect(endless, { signal: controller.signal }),
          30_000,
        );
        claim(watched.closed, 'the stream was left open');
      }),
    },
    {
      name: 'passes on an error of its stream',
      run: withDetector(async (detector) => {
        if (!streams(detector)) return;
        const torn = endlessInput(detector.demand, { closed: false }, (item) => {
          if (item === 2) throw new VerilensError('BAD_INPUT', 'torn', { place: 'stream' });
        });
        const error = await refuses('BAD_INPUT', 'a stream that breaks', () => detector.detect(torn), 30_000);
        claim(error.place === 'stream', `the error is from "${error.place}"`);
      }),
    },
    {
      name: 'shows where the evidence lies when asked, and not more than asked',
      run: withDetector(async (detector) => {
        const none = await detector.detect(sample(detector));
        claim(none.evidence.length === 0, 'evidence maps nobody asked for');
        const verdicts: DetectionResult[] = [];
        const answer = await detector.detect(sample(detector), { evidenceMaps: 1, onVerdict: (verdict) => verdicts.push(verdict) });
        const { evidence } = answer;
        claim(evidence.length <= 1, `${evidence.length} maps, asked for 1`);
        claim(verdicts.length <= 1, `${verdicts.length} calls of onVerdict`);
        for (const verdict of verdicts) {
          checkDetectionResult(verdict, detector.name);
          claim(verdict.status === answer.status && verdict.score === answer.score, 'the verdict told early is not the one of the answer');
        }
        for (const map of evidence) {
          claim(
            map.values.length === map.rows * map.columns && map.values.length > 0,
            `${map.values.length} values for ${map.rows} x ${map.columns}`,
          );
          for (const value of map.values) claimUnit(value, 'a value of an evidence map');
          claim(map.crop.data.length === map.crop.width * map.crop.height * 4, 'the crop does not add up');
        }
      }),
    },
  ];
}

async function* only(clip: FaceClip): AsyncGenerator<FaceClip> {
  yield clip;
}

function endlessInput(demand: DetectorDemand, watched: { closed: boolean }, onItem: (item: number) => void): DetectorInput {
  async function* endless<T>(make: (index: number) => T): AsyncGenerator<T> {
    try {
      for (let index = 0; ; index++) {
        onItem(index);
        await new Promise((resolve) => setTimeout(resolve, 0));
        yield make(index);
      }
    } finally {
      watched.closed = true;
    }
  }
  if (demand.kind === 'face-clips') return { kind: 'face-clips', clips: endless((index) => syntheticClip(demand, index)) };
  const image = syntheticImage(96, 96);
  return { kind: 'frames', frames: endless((index): VideoFrame => ({ image, timestampMs: index * 40, index })) };
}
