import type { Image, Plugin } from '@verilens/core';
import { claim, claimRunInfo, claimUnit, commonCases, componentOf, type ConformanceCase, refuses, type RoleFixtures } from './claims.ts';
import { syntheticImage } from './synthetic-input.ts';

export interface RecognizerFixtures extends RoleFixtures {
  /** Two pictures each of two or more identities. Default: synthetic pictures of two kinds. */
  readonly identities?: () => readonly (readonly [Image, Image])[];
}

/** What every recognizer must do. */
export function recognizerCases(makePlugin: () => Plugin<'recognizer'>, fixtures: RecognizerFixtures = {}): readonly ConformanceCase[] {
  const withRecognizer = componentOf(makePlugin, fixtures);
  const identities =
    fixtures.identities ??
    (() =>
      [
        [syntheticImage(64, 64, 1), syntheticImage(64, 64, 1.02)],
        [syntheticImage(64, 64, 9.4), syntheticImage(64, 64, 9.42)],
      ] as const);
  const [[a, a2], [b]] = identities() as readonly [readonly [Image, Image], readonly [Image, Image]];
  return [
    ...commonCases('recognizer', makePlugin, fixtures, (recognizer, options) => recognizer.embed(a, options)),
    {
      name: 'embeds into unit vectors, the same each time',
      run: withRecognizer(async (recognizer) => {
        const first = await recognizer.embed(a);
        claim(first.vector.length === recognizer.dimensions, `${first.vector.length} numbers, dimensions is ${recognizer.dimensions}`);
        claim(Math.abs(Math.hypot(...first.vector) - 1) < 1e-3, `the norm is ${Math.hypot(...first.vector)}`);
        const again = await recognizer.embed(a);
        claim(
          again.vector.every((value, index) => Math.abs(value - first.vector[index]!) < 1e-5),
          'another vector for the same picture',
        );
        if (first.quality !== undefined) claimUnit(first.quality, 'quality');
        claim(
          recognizer.model !== '' && first.model === recognizer.model,
          `the embedding says ${first.model}, the recognizer ${recognizer.model}`,
        );
      }),
    },
    {
      name: 'embeds everyone in a picture, with the vector that embed gives',
      run: withRecognizer(async (recognizer, runtime) => {
        const all = await recognizer.embedAll(a);
        claimRunInfo(all, runtime);
        claim(all.subjects.length === 1, `${all.subjects.length} subjects in a picture of one`);
        const { box, embedding } = all.subjects[0]!;
        claim(box.width > 0 && box.height > 0, `a box of ${box.width} x ${box.height}`);
        const { vector } = await recognizer.embed(a);
        claim(
          vector.every((value, index) => Math.abs(value - embedding.vector[index]!) < 1e-5),
          'embedAll and embed disagree',
        );
        await refuses('ABORTED', 'embedAll with a fired signal', () => recognizer.embedAll(a, { signal: AbortSignal.abort() }));
      }),
    },
    {
      name: 'compares with a calibrated similarity and its false-accept rate',
      run: withRecognizer(async (recognizer, runtime) => {
        const same = await recognizer.compare(a, a);
        claimRunInfo(same, runtime);
        claim(same.distance < 1e-3, `a picture is ${same.distance} from itself`);
        const near = await recognizer.compare(a, a2);
        const far = await recognizer.compare(a, b);
        for (const comparison of [same, near, far]) {
          claimUnit(comparison.similarity, 'similarity');
          claimUnit(comparison.falseAcceptRate, 'falseAcceptRate');
          claim(comparison.falseAcceptRate > 0, 'a false-accept rate of 0 was never measured');
          claim(typeof comparison.extrapolated === 'boolean', 'does not say whether the rate was measured');
          claim(comparison.distance >= 0 && comparison.distance <= 2, `distance is ${comparison.distance}`);
        }
        claim(near.distance < far.distance, `the same identity is ${near.distance} apart, another ${far.distance}`);
        claim(
          near.similarity >= far.similarity && near.falseAcceptRate <= far.falseAcceptRate,
          'similarity and rate do not follow the distance',
        );
        const turned = await recognizer.compare(b, a);
        claim(Math.abs(turned.distance - far.distance) < 1e-5, 'compare is not symmetric');
        const embedded = await recognizer.compare(await recognizer.embed(a), b);
        claim(Math.abs(embedded.distance - far.distance) < 1e-5, 'an embedding compares differently from its picture');
        claim((await recognizer.compare(a, b, { maxFalseAcceptRate: 1 })).match, 'no match although every false accept is allowed');
        await refuses('BAD_OPTION', 'maxFalseAcceptRate of 2', () => recognizer.compare(a, b, { maxFalseAcceptRate: 2 }));
      }),
    },
    {
      name: 'ranks labels, or says that it has none',
      run: withRecognizer(async (recognizer) => {
        if (recognizer.labels.length === 0) {
          await refuses('UNSUPPORTED', 'classify without labels', () => recognizer.classify(a));
          return;
        }
        const { labels } = await recognizer.classify(a, { top: 3 });
        claim(labels.length === Math.min(3, recognizer.labels.length), `${labels.length} labels, asked for 3`);
        for (const [index, { label, score }] of labels.entries()) {
          claimUnit(score, `score of ${label}`);
          claim(recognizer.labels.includes(label), `"${label}" is not among its labels`);
          claim(index === 0 || score <= labels[index - 1]!.score, 'labels are not best first');
        }
      }),
    },
    {
      name: 'enrols, identifies, knows a stranger and forgets',
      run: withRecognizer(async (recognizer) => {
        const empty = await recognizer.identify(a);
        claim(empty.identity === null && empty.candidates.length === 0 && empty.gallerySize === 0, 'found somebody in an empty gallery');
        claim((await recognizer.enroll('ann', [a])).samples === 1, 'ann has not one sample');
        claim((await recognizer.enroll('bob', [b])).samples === 1, 'bob has not one sample');
        const found = await recognizer.identify(a2, { maxFalseAcceptRate: 1 });
        claim(found.identity === 'ann' && found.gallerySize === 2, `${found.identity} of ${found.gallerySize}, expected ann of 2`);
        for (const [index, candidate] of found.candidates.entries()) {
          claimUnit(candidate.similarity, 'similarity');
          claimUnit(candidate.falseAcceptRate, 'falseAcceptRate');
          claim(index === 0 || candidate.distance >= found.candidates[index - 1]!.distance, 'candidates are not nearest first');
        }
        claim(
          found.candidates[0]!.falseAcceptRate >= (await recognizer.compare(a, a2)).falseAcceptRate,
          'a search of two is said to be safer than one comparison',
        );
        const strict = await recognizer.identify(a2, { maxFalseAcceptRate: 0 });
        claim(strict.identity === null || strict.candidates[0]!.falseAcceptRate === 0, 'accepted somebody above the rate');
        claim((await recognizer.enroll('ann', [a2])).samples === 2, 'a second enrolment does not add');
        claim((await recognizer.forget('ann')) && !(await recognizer.forget('ann')), 'forget does not say what it did');
        claim(
          (await recognizer.identify(a, { maxFalseAcceptRate: 1 })).candidates.every(({ identity }) => identity !== 'ann'),
          'ann is still there',
        );
      }),
    },
    {
      name: 'keeps its gallery in one file, and refuses a damaged one',
      run: withRecognizer(async (recognizer, runtime) => {
        await recognizer.enroll('ann', [a, a2], { keepPicture: true });
        await recognizer.enroll('bob', [b]);
        claim(recognizer.pictureOf('bob') === undefined, 'kept a picture unasked');
        const file = await recognizer.saveGallery();
        const other = await makePlugin().create({ runtime });
        try {
          await other.loadGallery(file);
          claim(JSON.stringify(other.enrolled) === JSON.stringify(recognizer.enrolled), `reads back ${JSON.stringify(other.enrolled)}`);
          claim((other.pictureOf('ann') === undefined) === (recognizer.pictureOf('ann') === undefined), 'lost the picture kept');
          const before = await recognizer.identify(a, { maxFalseAcceptRate: 1 });
          const after = await other.identify(a, { maxFalseAcceptRate: 1 });
          claim(
            before.identity === after.identity && Math.abs(before.candidates[0]!.distance - after.candidates[0]!.distance) < 1e-5,
            'another answer from the same gallery',
          );
          const damaged = file.slice();
          damaged[Math.floor(file.length * 0.7)]! ^= 1;
          await refuses('BAD_INPUT', 'a gallery with one changed bit', () => other.loadGallery(damaged));
          await refuses('BAD_INPUT', 'half a gallery', () => other.loadGallery(file.slice(0, file.length >> 1)));
          await refuses('BAD_INPUT', 'no bytes', () => other.loadGallery(new Uint8Array(0)));
          claim(other.enrolled.length === 2, 'a refused gallery changed the one there was');
        } finally {
          await other.dispose();
        }
      }),
    },
    {
      name: 'enrols all pictures or none',
      run: withRecognizer(async (recognizer) => {
        const broken = { data: new Uint8Array(4), width: 9, height: 9 };
        await refuses('BAD_INPUT', 'an enrolment with a broken picture', () => recognizer.enroll('ann', [a, broken]));
        claim(recognizer.enrolled.length === 0, 'half an enrolment stayed');
      }),
    },
    {
      name: 'refuses what it cannot use',
      run: withRecognizer(async (recognizer) => {
        await refuses('BAD_INPUT', 'a picture that does not add up', () =>
          recognizer.embed({ data: new Uint8Array(4), width: 9, height: 9 }),
        );
        await refuses('BAD_INPUT', 'an enrolment of nothing', () => recognizer.enroll('x', []));
        await refuses(['BAD_INPUT', 'BAD_OPTION'], 'a name of no letters', () => recognizer.enroll('', [a]));
        const own = await recognizer.embed(a);
        const longer = { ...own, vector: new Float32Array(recognizer.dimensions + 1).fill(0.1) };
        await refuses(['BAD_INPUT', 'BAD_SHAPE'], 'an embedding of another length', () => recognizer.compare(longer, a));
        await refuses('BAD_INPUT', 'an embedding of another model', () => recognizer.compare({ ...own, model: 'another/1' }, a));
      }),
    },
  ];
}
