import { allPairs, eer, recallAtK, rocAuc } from '@verilens/metrics';
import { listOf, type Rows, type Seen } from './run-stream.ts';

/** Share of rows whose largest logit is at the label. */
export function accuracy({ count, width, data }: Rows, labels: Int32Array): number {
  let right = 0;
  for (let i = 0; i < count; i++) {
    let best = 0;
    for (let j = 1; j < width; j++) if (data[i * width + j]! > data[i * width + best]!) best = j;
    if (best === labels[i]) right++;
  }
  return right / count;
}

/** How well embeddings tell classes apart that nobody was trained on. */
export function strangeMeasures({ embeddings }: Pick<Seen, 'embeddings'>, labels: Int32Array): Readonly<Record<string, number>> {
  const rows = listOf(embeddings);
  const pairs = allPairs(rows, Array.from(labels, String));
  return {
    'recall@1': recallAtK({ embeddings: rows, labels: Array.from(labels) }, { ks: [1] }).recall[1]!,
    AUC: rocAuc(pairs.scores, pairs.labels),
    EER: eer(pairs.scores, pairs.labels).rate,
  };
}
