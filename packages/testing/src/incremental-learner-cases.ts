import type { Image, IncrementalLearner, LearningSession, Plugin } from '@verilens/core';
import { claim, claimRunInfo, claimUnit, commonCases, componentOf, type ConformanceCase, refuses, type RoleFixtures } from './claims.ts';

export interface IncrementalLearnerFixtures extends RoleFixtures {
  /** Share of old classes' pictures still named right after the last session. Default 0.8. */
  readonly minimumAccuracy?: number;
}

/** Flat pictures of one hue with a little seeded noise: classes any method can tell apart. */
function picture(kind: number, seed: number): Image {
  const size = 24;
  const data = new Uint8ClampedArray(size * size * 4);
  for (let pixel = 0; pixel < size * size; pixel++) {
    const noise = ((pixel * 31 + seed * 17) % 23) - 11;
    data.set(
      [0, 1, 2].map((channel) => 128 + 100 * Math.cos((kind * 2 * Math.PI) / 6 + (channel * 2 * Math.PI) / 3) + noise),
      pixel * 4,
    );
    data[pixel * 4 + 3] = 255;
  }
  return { data, width: size, height: size };
}

const SESSIONS: readonly LearningSession[] = [
  [0, 1],
  [2, 3],
  [4, 5],
].map((kinds) => ({
  classes: kinds.map((kind) => ({ label: `class ${kind}`, images: [0, 1, 2].map((seed) => picture(kind, seed)) })),
}));

const FIRST = SESSIONS[0]!.classes;

async function accuracy(learner: IncrementalLearner, kinds: readonly number[]): Promise<number> {
  let right = 0;
  for (const kind of kinds) if ((await learner.predict(picture(kind, 7))).labels[0]!.label === `class ${kind}`) right++;
  return right / kinds.length;
}

/** What every incremental learner must do. */
export function incrementalLearnerCases(
  makePlugin: () => Plugin<'incremental-learner'>,
  fixtures: IncrementalLearnerFixtures = {},
): readonly ConformanceCase[] {
  const withLearner = componentOf(makePlugin, fixtures);
  const { minimumAccuracy = 0.8 } = fixtures;
  return [
    ...commonCases('incremental-learner', makePlugin, fixtures, (learner, options) => learner.learn(SESSIONS[0]!, options)),
    {
      name: 'learns session after session without losing the old ones',
      run: withLearner(async (learner, runtime) => {
        for (const [index, session] of SESSIONS.entries()) {
          const result = await learner.learn(session);
          claimRunInfo(result, runtime);
          claim(result.session === index, `session is ${result.session}, expected ${index}`);
          claim(
            result.labels.length === 2 * (index + 1) && result.labels.join() === learner.labels.join(),
            `labels are ${result.labels.join()}`,
          );
          claim(result.memory.bytes > 0 && result.memory.exemplars >= 0, `memory is ${JSON.stringify(result.memory)}`);
        }
        const kept = await accuracy(learner, [0, 1, 2, 3]);
        claim(kept >= minimumAccuracy, `${kept} of the old classes are still known, expected ${minimumAccuracy}`);
      }),
    },
    {
      name: 'predicts over all classes so far',
      run: withLearner(async (learner) => {
        await refuses('BAD_INPUT', 'predict before the first session', () => learner.predict(picture(0, 7)));
        await learner.learn(SESSIONS[0]!);
        await learner.learn(SESSIONS[1]!);
        const { labels } = await learner.predict(picture(2, 7));
        claim(labels.length === 4, `${labels.length} labels, learned 4`);
        for (const { label, score } of labels) claimUnit(score, `score of ${label}`);
        claim(
          labels.every(({ score }, index) => index === 0 || score <= labels[index - 1]!.score),
          'labels are not best first',
        );
        claim(Math.abs(labels.reduce((sum, { score }) => sum + score, 0) - 1) < 1e-4, 'scores do not sum to 1');
      }),
    },
    {
      name: 'is saved and restored to the same predictions',
      run: withLearner(async (learner, runtime) => {
        await learner.learn(SESSIONS[0]!);
        const state = await learner.save();
        const other = await makePlugin().create({ runtime });
        try {
          await other.restore(state);
          claim(other.labels.join() === learner.labels.join(), `labels are ${other.labels.join()}`);
          const [before, after] = [await learner.predict(picture(1, 7)), await other.predict(picture(1, 7))];
          claim(
            before.labels.every(
              ({ label, score }, index) => label === after.labels[index]!.label && Math.abs(score - after.labels[index]!.score) < 1e-6,
            ),
            'other predictions',
          );
          await other.learn(SESSIONS[1]!);
          claim((await other.predict(picture(3, 7))).labels[0]!.label === 'class 3', 'does not learn on after restore');
          for (const damaged of [new Uint8Array(0), state.slice(0, state.length >> 1), new TextEncoder().encode('something else')]) {
            await refuses('BAD_INPUT', `a state of ${damaged.length} damaged bytes`, () => other.restore(damaged));
          }
          claim(other.labels.length === 4, 'a refused state changed the learner');
        } finally {
          await other.dispose();
        }
      }),
    },
    {
      name: 'learns from one picture, and more of what it knows',
      run: withLearner(async (learner) => {
        await learner.learn(SESSIONS[0]!);
        const { labels } = await learner.learn({
          classes: [
            { label: 'class 2', images: [picture(2, 0)] },
            { label: 'class 0', images: [picture(0, 3), picture(0, 4)] },
          ],
        });
        claim(labels.join() === 'class 0,class 1,class 2', `labels are ${labels.join()}`);
        const known = await accuracy(learner, [0, 1, 2]);
        claim(known >= 2 / 3, `${known} of the classes are known`);
      }),
    },
    {
      name: 'shows the pictures it keeps',
      run: withLearner(async (learner) => {
        claim((await learner.exemplars()).length === 0, 'it keeps pictures before it saw any');
        await learner.learn(SESSIONS[0]!);
        const kept = await learner.exemplars();
        claim(kept.length === learner.memory.exemplars, `${kept.length} pictures, memory says ${learner.memory.exemplars}`);
        for (const { label, image } of kept) {
          claim(learner.labels.includes(label), `a picture of "${label}", which it does not know`);
          claim(image.data.length === image.width * image.height * 4, 'a picture does not add up');
        }
      }),
    },
    {
      name: 'tells how far it is',
      run: withLearner(async (learner) => {
        const seen: number[] = [];
        await learner.learn(SESSIONS[0]!, { onProgress: (fraction) => seen.push(fraction) });
        for (const fraction of seen) claimUnit(fraction, 'progress');
        claim(
          seen.every((fraction, index) => index === 0 || fraction >= seen[index - 1]!),
          'progress falls',
        );
        claim(seen.at(-1) === 1, `the last progress is ${seen.at(-1)}`);
      }),
    },
    {
      name: 'gives the same answers for the same seed',
      run: withLearner(async (learner, runtime) => {
        const other = await makePlugin().create({ runtime });
        try {
          for (const one of [learner, other]) await one.learn(SESSIONS[0]!, { seed: 3 });
          const [a, b] = [await learner.predict(picture(1, 7)), await other.predict(picture(1, 7))];
          claim(JSON.stringify(a.labels) === JSON.stringify(b.labels), `${JSON.stringify(a.labels)} and ${JSON.stringify(b.labels)}`);
        } finally {
          await other.dispose();
        }
      }),
    },
    {
      name: 'is left as it was by a session that fails',
      run: withLearner(async (learner) => {
        await learner.learn(SESSIONS[0]!);
        await refuses('BAD_INPUT', 'a session of nothing', () => learner.learn({ classes: [] }));
        await refuses('BAD_INPUT', 'a class without pictures', () => learner.learn({ classes: [{ label: 'x', images: [] }] }));
        await refuses('BAD_INPUT', 'a class that stands twice', () => learner.learn({ classes: [...FIRST, FIRST[0]!] }));
        await refuses('ABORTED', 'a cancelled session', () => learner.learn(SESSIONS[1]!, { signal: AbortSignal.abort() }));
        const stop = new AbortController();
        await refuses(
          'ABORTED',
          'a session cancelled on its way',
          () => learner.learn(SESSIONS[1]!, { signal: stop.signal, onProgress: () => stop.abort() }),
          60_000,
        );
        claim(learner.labels.join() === 'class 0,class 1', `labels are ${learner.labels.join()}`);
        claim((await accuracy(learner, [0, 1])) === 1, 'no longer knows its first classes');
      }),
    },
  ];
}
