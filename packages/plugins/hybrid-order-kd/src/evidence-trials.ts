import type { EvidenceOptions } from '@verilens/core';
import type { PictureSet } from '@verilens/data';
import type { HybridConfig } from './config.ts';
import { defaultPictures } from './default-pictures.ts';
import { facePictures } from './face-pictures.ts';
import type { OnnxTeacher } from './onnx-teacher.ts';
import { type HybridRecipe, RECIPES } from './recipe.ts';

/** A data set, and how its streams learn. */
export interface Trial {
  readonly name: string;
  /** Before the names of its checkpoints. */
  readonly file: string;
  readonly recipe: HybridRecipe;
  /** @throws VerilensError NOT_FOUND with how to install it */
  open(options: Pick<EvidenceOptions, 'runtime' | 'signal'>): Promise<TrialData>;
}

export interface TrialData {
  readonly pictures: PictureSet;
  readonly sources: readonly string[];
  /** A pretrained one; otherwise one is trained. */
  readonly teacher?: OnnxTeacher;
}

const { small } = RECIPES;

/** RGB, the networks of `small`. */
const colour = (high: number, low: number): HybridConfig => ({ ...small.config, channels: 3, high, low, fed: 2 * low });

const digitsAndClothes: Trial = {
  name: 'digits and clothes',
  file: '',
  recipe: small,
  open: ({ signal }) => defaultPictures(signal),
};

/** Classes: detail that 8 pixels do not hold tells many of them apart. */
const EMOJI = 60;
/** Of each of four drawings. */
const EMOJI_VIEWS = 20;

const emoji: Trial = {
  name: 'emoji',
  file: 'emoji',
  recipe: { ...small, config: colour(32, 8), pictures: 50, kept: 20, augmentation: { views: 2, shift: 2, flip: 0 } },
  async open({ signal }) {
    // loaded here: only evidence reads files
    const { emojiCatalogue, emojiPictures, emojiSources } = await import('@verilens/data/node');
    const { createRandom } = await import('@verilens/data');
    const all = await emojiCatalogue({ from: import.meta.url });
    const drawn = createRandom(0).fork('hybrid-order-kd').shuffle(all).slice(0, EMOJI);
    const pictures = await emojiPictures(drawn, { side: 32, views: EMOJI_VIEWS, seed: 0, ...(signal && { signal }) });
    const how = `${EMOJI} emoji out of ${all.length} things, animals and places, each drawn by four hands, ${EMOJI_VIEWS} views of each drawing: turned, sized, moved, lit, on grounds of any colour`;
    return { pictures, sources: [how, ...emojiSources()] };
  },
};

const faces: Trial = {
  name: 'faces',
  file: 'faces',
  recipe: { ...small, config: colour(48, 12), pictures: 60, kept: 20, augmentation: { views: 1, shift: 0, flip: 0 } },
  open: (options) => facePictures(48, options),
};

export const TRIALS: readonly Trial[] = [digitsAndClothes, emoji, faces];
