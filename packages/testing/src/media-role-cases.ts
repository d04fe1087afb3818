import type { Anonymizer, Grounder, Image, Plugin, Synthesizer, VideoFrame } from '@verilens/core';
import { claim, claimRunInfo, claimUnit, commonCases, componentOf, type ConformanceCase, refuses, type RoleFixtures } from './claims.ts';
import { syntheticFrames, syntheticImage } from './synthetic-input.ts';

export interface AnonymizerFixtures extends RoleFixtures {
  /** A picture with a face the method finds. Default: a synthetic picture. */
  readonly image?: () => Image;
  /** A key of the length the method wants. Default 32 bytes. */
  readonly key?: Uint8Array;
}

/** What every anonymizer must do. */
export function anonymizerCases(makePlugin: () => Plugin<'anonymizer'>, fixtures: AnonymizerFixtures = {}): readonly ConformanceCase[] {
  const withAnonymizer = componentOf(makePlugin, fixtures);
  const image = fixtures.image ?? (() => syntheticImage(64, 64, 2));
  const key = fixtures.key ?? Uint8Array.from({ length: 32 }, (_, index) => (index * 37 + 11) % 256);
  const meanDifference = (a: Image, b: Image): number =>
    Array.from(a.data).reduce<number>((sum, value, index) => sum + Math.abs(value - b.data[index]!), 0) / a.data.length;
  return [
    ...commonCases('anonymizer', makePlugin, fixtures, (anonymizer: Anonymizer, options) => anonymizer.anonymize(image(), options)),
    {
      name: 'changes the face and nothing else',
      run: withAnonymizer(async (anonymizer) => {
        const [before, { image: after, faces }] = [image(), await anonymizer.anonymize(image(), { key })];
        claim(
          after.width === before.width && after.height === before.height,
          `${after.width} x ${after.height}, was ${before.width} x ${before.height}`,
        );
        claim(faces.length > 0, 'found no face in the fixture');
        claim(meanDifference(before, after) > 0, 'nothing changed');
        for (let y = 0; y < before.height; y++) {
          for (let x = 0; x < before.width; x++) {
            if (
              faces.some(
                ({ box }) =>
                  x >= Math.floor(box.x) && y >= Math.floor(box.y) && x < Math.ceil(box.x + box.width) && y < Math.ceil(box.y + box.height),
              )
            )
              continue;
            const at = (y * before.width + x) * 4;
            claim(
              before.data[at] === after.data[at] && before.data[at + 1] === after.data[at + 1],
              `pixel ${x}, ${y} outside every face changed`,
            );
          }
        }
        for (const { identityDistance } of faces)
          claim(identityDistance >= 0 && identityDistance <= 2, `identityDistance is ${identityDistance}`);
      }),
    },
    {
      name: 'gives the same picture for the same key, another for another',
      run: withAnonymizer(async (anonymizer) => {
        const [one, two, other] = [key, key, key.map((byte) => byte ^ 0x55)].map((own) => anonymizer.anonymize(image(), { key: own }));
        claim(meanDifference((await one!).image, (await two!).image) === 0, 'two pictures for one key');
        claim(meanDifference((await one!).image, (await other!).image) > 0, 'one picture for two keys');
      }),
    },
    {
      name: 'recovers with the key only, or says that it cannot',
      run: withAnonymizer(async (anonymizer, runtime) => {
        const hidden = await anonymizer.anonymize(image(), { key });
        claim(hidden.recoverable === anonymizer.recoverable, 'recoverable differs between the answer and the method');
        if (!anonymizer.recoverable) {
          await refuses('UNSUPPORTED', 'recover of a one-way method', () => anonymizer.recover(hidden.image, { key }));
          return;
        }
        const [right, wrong] = [
          await anonymizer.recover(hidden.image, { key }),
          await anonymizer.recover(hidden.image, { key: key.map((byte) => byte ^ 0x55) }),
        ];
        claimRunInfo(right, runtime);
        claimUnit(right.confidence, 'confidence');
        const [near, far, changed] = [right.image, wrong.image, hidden.image].map((picture) => meanDifference(image(), picture));
        claim(near! < changed! && near! < far!, `the right key leaves ${near}, a wrong one ${far}, no key ${changed}`);
        await refuses('BAD_INPUT', 'a key of no bytes', () => anonymizer.recover(hidden.image, { key: new Uint8Array(0) }));
      }),
    },
  ];
}

/** What every synthesizer must do. */
export function synthesizerCases(makePlugin: () => Plugin<'synthesizer'>, fixtures: RoleFixtures = {}): readonly ConformanceCase[] {
  const withSynthesizer = componentOf(makePlugin, fixtures);
  const request = (synthesizer: Synthesizer): { label?: string; prompt?: string } =>
    synthesizer.labels.length > 0 ? { label: synthesizer.labels[0]! } : { prompt: 'a face' };
  return [
    ...commonCases('synthesizer', makePlugin, fixtures, (synthesizer, options) => synthesizer.synthesize(request(synthesizer), options)),
    {
      name: 'makes as many sound pictures as asked',
      run: withSynthesizer(async (synthesizer) => {
        const { images, seed } = await synthesizer.synthesize({ ...request(synthesizer), count: 2, seed: 5 });
        claim(images.length === 2 && seed === 5, `${images.length} pictures with seed ${seed}, asked for 2 with 5`);
        for (const { data, width, height } of images)
          claim(width > 0 && height > 0 && data.length === width * height * 4, `${width} x ${height} with ${data.length} values`);
        claim(
          images[0]!.data.some((value, index) => value !== images[1]!.data[index]),
          'both pictures are the same',
        );
      }),
    },
    {
      name: 'makes the same for the same seed, another for another',
      run: withSynthesizer(async (synthesizer) => {
        const [one, two, other] = await Promise.all(
          [1, 1, 2].map(async (seed) => (await synthesizer.synthesize({ ...request(synthesizer), seed })).images[0]!),
        );
        claim(
          one!.data.every((value, index) => value === two!.data[index]),
          'two pictures for one seed',
        );
        claim(
          one!.data.some((value, index) => value !== other!.data[index]),
          'one picture for two seeds',
        );
      }),
    },
    {
      name: 'refuses labels it does not know and counts below 1',
      run: withSynthesizer(async (synthesizer) => {
        await refuses('UNKNOWN_NAME', 'an unknown label', () => synthesizer.synthesize({ label: 'nobody has this label' }));
        for (const count of [0, -1, 1.5, NaN])
          await refuses('BAD_OPTION', `count ${count}`, () => synthesizer.synthesize({ ...request(synthesizer), count }));
      }),
    },
  ];
}

export interface GrounderFixtures extends RoleFixtures {
  /** A video, fresh at each call, and a text that something in it fits. */
  readonly video?: () => AsyncIterable<VideoFrame>;
  readonly text?: string;
}

/** What every grounder must do. */
export function grounderCases(makePlugin: () => Plugin<'grounder'>, fixtures: GrounderFixtures = {}): readonly ConformanceCase[] {
  const withGrounder = componentOf(makePlugin, fixtures);
  const video = fixtures.video ?? (() => syntheticFrames(12));
  const text = fixtures.text ?? 'a bright disc';
  return [
    ...commonCases('grounder', makePlugin, fixtures, (grounder: Grounder, options) => grounder.ground(video(), text, options)),
    {
      name: 'names moments inside the video, best first',
      run: withGrounder(async (grounder) => {
        let [first, last] = [Infinity, -Infinity];
        const timed = async function* (): AsyncGenerator<VideoFrame> {
          for await (const frame of video()) {
            first = Math.min(first, frame.timestampMs);
            last = Math.max(last, frame.timestampMs);
            yield frame;
          }
        };
        const { moments, text: asked } = await grounder.ground(timed(), text, { top: 2 });
        claim(asked === text, `answers "${asked}"`);
        claim(moments.length >= 1 && moments.length <= 2, `${moments.length} moments, asked for at most 2 of something that is there`);
        for (const [index, moment] of moments.entries()) {
          claimUnit(moment.score, 'score');
          claim(
            moment.startMs <= moment.endMs && moment.startMs >= first,
            `moment ${moment.startMs}..${moment.endMs} in ${first}..${last}`,
          );
          claim(index === 0 || moment.score <= moments[index - 1]!.score, 'moments are not best first');
        }
      }),
    },
    {
      name: 'refuses an empty text and a video of no frames',
      run: withGrounder(async (grounder) => {
        await refuses('BAD_INPUT', 'an empty text', () => grounder.ground(video(), '  '));
        await refuses('BAD_INPUT', 'no frames', () => grounder.ground(syntheticFrames(0), text));
      }),
    },
    {
      name: 'stops in the middle when cancelled, and closes its stream',
      run: withGrounder(async (grounder) => {
        const controller = new AbortController();
        let closed = false;
        const endless = async function* (): AsyncGenerator<VideoFrame> {
          try {
            const image = syntheticImage(64, 48);
            for (let index = 0; ; index++) {
              if (index === 2) controller.abort();
              await new Promise((resolve) => setTimeout(resolve, 0));
              yield { image, timestampMs: index * 40, index };
            }
          } finally {
            closed = true;
          }
        };
        await refuses('ABORTED', 'an endless video', () => grounder.ground(endless(), text, { signal: controller.signal }), 30_000);
        claim(closed, 'the stream was left open');
      }),
    },
  ];
}
