import { boxArea } from '@verilens/vision';
import type { Face, Image } from '@verilens/core';
import type { FaceClipOptions } from './clips.ts';
import type { FaceFinder } from './finder.ts';
import { chainFaces, type FaceChain } from './tracks.ts';

/** The looks at one burst of frames, begun as the frames come, so that finding and decoding go on side by side. */
export interface Looks {
  /** The frame at this place of the burst has come. */
  see(place: number, image: Image): void;
  /** Once all frames have come: every face that was seen, with its places. */
  chains(): Promise<readonly FaceChain[]>;
}

/**
 * A finder that can follow searches the whole of one frame, in the middle, and then looks only around the largest faces
 * found there. All key points of a burst come from the same network: two would disagree by a constant, and that would
 * read as movement.
 *
 * @param at places to look at, ascending
 */
export function createLooks(finder: FaceFinder, at: readonly number[], { maxTracks = 4, signal }: FaceClipOptions): Looks {
  const { follow } = finder;
  const begin = <T>(work: Promise<T>): Promise<T> => {
    work.catch(() => undefined); // reported when its turn comes
    return work;
  };
  if (follow === undefined || at.length < 3) {
    const found = new Map<number, Promise<Face[]>>();
    return {
      see(place, image) {
        if (at.includes(place)) found.set(place, begin(finder.find(image, { signal })));
      },
      chains: async () => chainFaces(await Promise.all([...found].map(async ([frame, faces]) => ({ frame, faces: await faces })))),
    };
  }
  const middle = at[(at.length - 1) >> 1]!;
  const waiting: { readonly place: number; readonly image: Image }[] = [];
  const seen = new Map<number, Promise<(Face | undefined)[]>>();
  let known: Promise<Face[]> | undefined;
  const again = (place: number, image: Image, faces: Promise<Face[]>): void => {
    seen.set(place, begin(faces.then((all) => follow(image, all, { signal }))));
  };
  return {
    see(place, image) {
      if (!at.includes(place)) return;
      if (place !== middle) {
        if (known === undefined) waiting.push({ place, image });
        else again(place, image, known);
        return;
      }
      known = begin(
        finder.find(image, { signal }).then((faces) => faces.toSorted((a, b) => boxArea(b.box) - boxArea(a.box)).slice(0, maxTracks)),
      );
      for (const earlier of waiting) again(earlier.place, earlier.image, known);
      again(place, image, known);
    },
    async chains() {
      const faces = (await known) ?? [];
      const answers = await Promise.all(at.map(async (place) => ({ place, found: (await seen.get(place)) ?? [] })));
      return faces.flatMap((_, i): FaceChain[] => {
        const places = answers.flatMap(({ place, found }) => (found[i] === undefined ? [] : [{ place, face: found[i] }]));
        return places.length === 0 ? [] : [{ frames: places.map(({ place }) => place), faces: places.map(({ face }) => face) }];
      });
    },
  };
}
