import { VerilensError } from '@verilens/core';
import { checkEqualLength, checkRange } from './check.ts';
import { dot, unitVectors } from './verification.ts';

/** Pictures by embedding, with what they show. */
export interface Labelled {
  readonly embeddings: readonly ArrayLike<number>[];
  /** One per embedding. */
  readonly labels: readonly (string | number)[];
}

export interface Retrieval {
  /** Share of queries with a picture of their own label among the k nearest, for each k asked for. */
  readonly recall: Readonly<Record<number, number>>;
  /** For each query that counts, the place of its nearest right picture, from 1: `recall@k` is the share at most k. */
  readonly ranks: Uint32Array;
  /** The query of each rank, by its place in the list. */
  readonly queries: Uint32Array;
  /** Queries that could not be answered: nothing else has their label. Left out of `recall`. */
  readonly skipped: number;
}

/**
 * recall@k by cosine similarity: is one of the k nearest pictures of the same label? Each picture searches all the
 * others, or a gallery apart (then recall@1 is the rank-1 identification rate). A wrong picture exactly as near as the
 * right one counts as nearer, so that an embedding that puts everything in one place gains nothing.
 *
 * @param options `ks`: default 1, 5, whole numbers from 1.
 * @throws VerilensError BAD_INPUT, NOT_FINITE, BAD_OPTION
 */
export function recallAtK(queries: Labelled, options: { readonly ks?: readonly number[]; readonly gallery?: Labelled } = {}): Retrieval {
  const place = 'recallAtK';
  const { ks = [1, 5], gallery = queries } = options;
  for (const k of ks) {
    checkRange(k, 1, 1e9, place, 'ks');
    if (!Number.isInteger(k)) throw new VerilensError('BAD_OPTION', 'k is not a whole number', { place, got: String(k) });
  }
  const itself = gallery === queries;
  for (const list of [queries, gallery]) checkEqualLength(list.labels.length, list.embeddings.length, place, 'one label per embedding');
  const all = unitVectors(itself ? queries.embeddings : [...queries.embeddings, ...gallery.embeddings], place);
  const asked = all.slice(0, queries.embeddings.length);
  const searched = itself ? asked : all.slice(asked.length);
  const ranks: number[] = [];
  const answered: number[] = [];
  for (const [query, vector] of asked.entries()) {
    let best = -Infinity;
    const similarities = searched.map((other, index) => {
      if (itself && index === query) return -Infinity;
      const similarity = dot(vector, other);
      if (gallery.labels[index] === queries.labels[query]) best = Math.max(best, similarity);
      return similarity;
    });
    if (best === -Infinity) continue;
    let nearer = 0;
    for (const [index, similarity] of similarities.entries()) {
      if (similarity >= best && gallery.labels[index] !== queries.labels[query]) nearer++;
    }
    ranks.push(nearer + 1);
    answered.push(query);
  }
  if (ranks.length === 0) {
    throw new VerilensError('BAD_INPUT', 'no query has a picture to find', {
      place,
      expected: itself ? 'two pictures of some label' : 'labels of the queries in the gallery',
      got: `${asked.length} queries, ${searched.length} pictures to search`,
    });
  }
  return {
    recall: Object.fromEntries(ks.map((k) => [k, ranks.filter((rank) => rank <= k).length / ranks.length])),
    ranks: Uint32Array.from(ranks),
    queries: Uint32Array.from(answered),
    skipped: asked.length - ranks.length,
  };
}
