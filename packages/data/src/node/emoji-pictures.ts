import { throwIfAborted, VerilensError } from '@verilens/core';
import { viewOfDrawing, type ViewOptions } from '../datasets/drawing-views.ts';
import type { PictureSet } from '../datasets/pictures.ts';
import { createRandom } from '../random.ts';
import { type Emoji, type EmojiStyle, emojiStyles, openDrawing } from './emoji.ts';

export interface EmojiPictureOptions extends ViewOptions {
  readonly seed: number | string;
  /** Pictures made of each drawing. */
  readonly views: number;
  /** Which drawings of a class; `place` is its place in the list. Default: all four. */
  readonly styles?: (place: number) => readonly EmojiStyle[];
  readonly signal?: AbortSignal;
}

/**
 * Emoji as labelled pictures: of each class its drawings, each turned, sized, moved and lit at random on a plain ground.
 *
 * @throws VerilensError BAD_INPUT for no emoji or no drawing, BAD_OPTION, and as the decoders do
 * @example
 * const animals = await emojiCatalogue({ accept: ({ category }) => category === 'Animals & Nature' });
 * const set = await emojiPictures(animals, { side: 32, views: 10, seed: 0 }); // 157 classes of 4 x 10 pictures
 */
export async function emojiPictures(emoji: readonly Emoji[], options: EmojiPictureOptions): Promise<PictureSet> {
  const { side, views, seed, styles = () => emojiStyles, signal } = options;
  const chosen = emoji.flatMap((one, label) => styles(label).map((style) => ({ one, label, style })));
  if (chosen.length === 0 || !Number.isInteger(views) || views < 1) {
    throw new VerilensError('BAD_INPUT', 'there is nothing to draw', {
      place: 'emoji pictures',
      expected: 'an emoji, a style and a view at least',
      got: `${emoji.length} emoji, ${chosen.length} drawings, ${views} views`,
    });
  }
  const random = createRandom(seed).fork('emoji');
  const size = 3 * side * side;
  const pixels = new Uint8Array(chosen.length * views * size);
  const labels = new Uint16Array(chosen.length * views);
  for (const [place, { one, label, style }] of chosen.entries()) {
    throwIfAborted(signal, 'emoji pictures');
    const drawing = await openDrawing(one, style, signal);
    const own = random.fork(`${one.name} ${style}`);
    for (let view = 0; view < views; view++) {
      const { data } = viewOfDrawing(drawing, options, own);
      const at = place * views + view;
      labels[at] = label;
      for (let pixel = 0; pixel < side * side; pixel++)
        for (let channel = 0; channel < 3; channel++) pixels[at * size + 3 * pixel + channel] = data[4 * pixel + channel]!;
    }
  }
  return { name: 'emoji', width: side, height: side, channels: 3, pixels, labels, classes: emoji.map(({ name }) => name) };
}

/**
 * The same as pictures to train on and to test with: of each class one drawing, of a style drawn from the seed, is in the test
 * pictures alone. What is tested is whether a class is known again as somebody else drew it.
 *
 * @param options.views Pictures of each drawing, of the three to train on and of the one to test with; `again` other pictures of
 *   the three, which show how much of an error is the other hand's. Default 0.
 */
export async function emojiSplit(
  emoji: readonly Emoji[],
  options: Omit<EmojiPictureOptions, 'views' | 'styles'> & {
    readonly views: { readonly train: number; readonly test: number; readonly again?: number };
  },
): Promise<{ readonly train: PictureSet; readonly test: PictureSet; readonly again?: PictureSet }> {
  const random = createRandom(options.seed).fork('emoji split');
  const kept = emoji.map(() => random.choice(emojiStyles));
  const { train, test, again = 0 } = options.views;
  const shown = (place: number): readonly EmojiStyle[] => emojiStyles.filter((style) => style !== kept[place]);
  return {
    train: await emojiPictures(emoji, { ...options, views: train, styles: shown }),
    ...(again > 0 && { again: await emojiPictures(emoji, { ...options, seed: `${options.seed} again`, views: again, styles: shown }) }),
    test: await emojiPictures(emoji, { ...options, seed: `${options.seed} test`, views: test, styles: (place) => [kept[place]!] }),
  };
}
