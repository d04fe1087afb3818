import type { Recognizer } from '@verilens/core';
import { isKnownPair, type SampleFace } from './sample-people.ts';

/** What the searches need of a recognizer. */
export type Searched = Pick<Recognizer, 'model' | 'limits' | 'enroll' | 'identify' | 'forget'>;

export interface Search {
  readonly enrolled: number;
  readonly strangers: number;
  readonly named: readonly string[];
  readonly known: number;
  readonly right: number;
}

/**
 * A gallery of one picture of each portrait and one frame of each video's man; searched by their other pictures, and by
 * everyone in the group photographs, who are strangers to it. The shipped calibration has seen all of them.
 */
export async function searchStrangers(faces: readonly SampleFace[], recognizer: Searched): Promise<Search> {
  const firsts = new Map<string, SampleFace>();
  for (const face of faces) if (!face.person.includes('#') && !firsts.has(face.person)) firsts.set(face.person, face);
  for (const [person, face] of firsts) await recognizer.enroll(person, [embeddingOf(face, recognizer)]);
  const named: string[] = [];
  let [strangers, known, right] = [0, 0, 0];
  for (const face of faces) {
    if (firsts.get(face.person) === face) continue;
    const { identity } = await recognizer.identify(embeddingOf(face, recognizer));
    if (face.person.includes('#')) {
      strangers++;
      if (identity !== null) named.push(`${face.person} as ${identity}`);
    } else {
      known++;
      right += Number(identity === face.person);
    }
  }
  for (const person of firsts.keys()) await recognizer.forget(person);
  return { enrolled: firsts.size, strangers, named, known, right };
}

export interface SearchesOfOne {
  readonly impostors: number;
  readonly named: readonly string[];
  readonly same: number;
  readonly right: number;
}

/** Each picture alone in a gallery, searched by every other: where a search is least strict. */
export async function searchOneByOne(faces: readonly SampleFace[], recognizer: Searched): Promise<SearchesOfOne> {
  const named: string[] = [];
  let [impostors, same, right] = [0, 0, 0];
  for (const own of faces) {
    await recognizer.enroll(own.person, [embeddingOf(own, recognizer)]);
    for (const other of faces) {
      if (other === own || !isKnownPair(own, other)) continue;
      const { identity } = await recognizer.identify(embeddingOf(other, recognizer));
      if (other.person === own.person) {
        same++;
        right += Number(identity !== null);
      } else {
        impostors++;
        if (identity !== null) named.push(`${other.person} as ${identity}`);
      }
    }
    await recognizer.forget(own.person);
  }
  return { impostors, named, same, right };
}

function embeddingOf({ vector }: SampleFace, { model }: Searched): Parameters<Recognizer['identify']>[0] {
  return { vector, model, device: 'cpu', durationMs: 0 };
}
