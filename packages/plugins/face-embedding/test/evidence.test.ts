import { cosineAtRate, type EvidenceReport } from '@verilens/core';
import { native } from '@verilens/runtime-native';
import { describe, expect, it } from 'vitest';
import results from '../results/evidence.json' with { type: 'json' };
import { CALIBRATION_COMMAND, fitOn } from '../src/calibrate.ts';
import { faceEmbedding } from '../src/index.ts';
import { evidenceOn } from '../src/evidence.ts';
import { knownPairs, type SampleFace, sampleFaces } from '../src/sample-people.ts';
import { missing } from './pictures.ts';

const committed = results as unknown as EvidenceReport;

let state = 7;
const random = (): number => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32) * 2 - 1;
const unit = (values: number[]): Float32Array => Float32Array.from(values, (value) => value / Math.hypot(...values));

/** Two pictures each of `count` people around directions of their own. */
function drawn(count: number, scatter: number): SampleFace[] {
  return Array.from({ length: count }, (_, person) => {
    const own = Array.from({ length: 32 }, random);
    return [0, 1].map((picture) => ({
      vector: unit(own.map((value) => value + scatter * random())),
      person: person < 4 ? `group.jpg#${person}` : `p${person}`,
      source: person < 4 ? (picture === 0 ? 'group.jpg' : 'other.jpg') : `p${person}-${picture}.jpg`,
      kind: 'photo',
    }));
  }).flat();
}

describe('knownPairs', () => {
  it('leaves out people of two group photographs, who may be the same', () => {
    const faces = drawn(6, 0.1);
    const { identities, labels } = knownPairs(faces);
    // 4 + 4 people in two group photographs: 6 + 6 pairs inside them; 4 others: 6 pairs, 2 of one person; 8 x 4 across.
    expect(identities.length).toBe(6 + 6 + 6 + 32);
    expect(labels.filter((label) => label === 1).length).toBe(2);
  });
});

describe('evidenceOn', () => {
  const empty = { name: 'x', model: 'm', limits: { compare: 0.001, search: 0.01 }, embed: never, enrolled: [] };
  const gallery = {
    ...empty,
    enroll: async (identity: string) => ({ identity, samples: 1, device: 'cpu' as const, durationMs: 0 }),
    identify: async () => ({ identity: null, candidates: [], gallerySize: 1, device: 'cpu' as const, durationMs: 0 }),
    forget: async () => true,
  };
  function never(): Promise<never> {
    return Promise.reject(new Error('not asked for'));
  }
  const answers = async (faces: readonly SampleFace[]): Promise<string[]> =>
    (await evidenceOn(faces, gallery, { seeds: [0], resamples: 50 })).findings.map(({ answer }) => answer);

  it('can say no: people whose pictures are unlike, and impostors who are alike', { timeout: 60_000 }, async () => {
    const good = await answers(drawn(30, 0.3));
    expect(good[0]).toBe('yes');
    expect(good[1]).toBe('yes');
    const scattered = await answers(drawn(30, 3));
    expect(scattered[1]).toBe('no');
    expect(scattered[3]).toBe('no');
    // One person twice under two names: an impostor nobody can refuse.
    const faces = drawn(30, 0.3);
    const twin = faces.map((face) =>
      face.person === 'p9' ? { ...face, vector: faces.find(({ person }) => person === 'p8')!.vector } : face,
    );
    expect((await answers(twin))[0]).toBe('no');
  });
});

describe.skipIf(missing !== undefined)(`on the installed pictures${missing === undefined ? '' : ` (${missing})`}`, () => {
  it('cosines are those of the calibration, and every impostor in a photograph is refused', { timeout: 60_000 }, async () => {
    await using runtime = await native({ device: 'cpu', threads: 1 });
    await using recognizer = await faceEmbedding().create({ runtime });
    const { cosines, labels } = knownPairs(await sampleFaces(recognizer, { videos: false }));
    const of = (label: number): number[] => cosines.filter((_, pair) => labels[pair] === label);
    expect([of(0).length, of(1).length]).toEqual([500, 3]);
    const calibration = recognizer.calibration!;
    expect(calibration.command).toBe(CALIBRATION_COMMAND);
    const row = committed.rows.find(({ setting }) => setting === 'cosines, different people, photos')!;
    // Decoders of another machine may round a pixel differently.
    expect(Math.max(...of(0))).toBeCloseTo(row.measures.highest!.mean, 2);
    const threshold = cosineAtRate(recognizer.limits.compare, calibration);
    expect(of(0).filter((cosine) => cosine >= threshold)).toEqual([]);
    expect(of(1).filter((cosine) => cosine < threshold)).toEqual([]);
  });

  it('the committed results answer every claim of the model card', () => {
    expect(committed.findings.length).toBe(7);
    for (const at of [0, 5]) expect(committed.findings[at]).toMatchObject({ claim: expect.stringContaining('impostor'), answer: 'yes' });
  });

  it('a calibration says of which model it is', () => {
    const faces = drawn(30, 0.3);
    expect(fitOn(knownPairs(faces), 'some/model').model).toBe('some/model');
  });
});
