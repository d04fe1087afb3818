/** Keeps the `limit` highest-scored values of a stream, in constant memory. */
export interface Suspects<T> {
  offer(score: number, value: T): void;
  /** Highest first. */
  best(): readonly { readonly score: number; readonly value: T }[];
}

export function mostSuspicious<T>(limit: number): Suspects<T> {
  const kept: { score: number; value: T }[] = [];
  return {
    offer(score, value) {
      if (limit === 0 || (kept.length === limit && score <= kept.at(-1)!.score)) return;
      const place = kept.findIndex((other) => other.score < score);
      kept.splice(place === -1 ? kept.length : place, 0, { score, value });
      if (kept.length > limit) kept.pop();
    },
    best: () => kept,
  };
}
