import { type IncrementalLearner, type Plugin, throwIfAborted } from '@verilens/core';
import { bad, plugin, thumbnail } from './base.ts';

/** Keeps the mean thumbnail of each class; the nearest one names the picture. */
export const classMeans: () => Plugin<'incremental-learner'> = plugin('class-means', 'incremental-learner', (own) => {
  let classes: { readonly label: string; readonly sum: number[]; readonly count: number }[] = [];
  let sessions = 0;
  const learner: IncrementalLearner = {
    ...own,
    get labels() {
      return classes.map(({ label }) => label);
    },
    get memory() {
      return { exemplars: 0, bytes: classes.reduce((sum, own_) => sum + own_.sum.length * 8, 0) };
    },
    learn: (session, options) =>
      own.work(options, () => {
        if (session.classes.length === 0 || session.classes.some(({ images }) => images.length === 0))
          throw bad(own.name, 'a session needs classes with pictures');
        if (new Set(session.classes.map(({ label }) => label)).size < session.classes.length) throw bad(own.name, 'a class stands twice');
        const next = [...classes];
        for (const [index, { label, images }] of session.classes.entries()) {
          throwIfAborted(options?.signal, own.name);
          options?.onProgress?.((index + 1) / session.classes.length, 'averaging');
          const known = next.findIndex((other) => other.label === label);
          const before = next[known] ?? { label, sum: Array<number>(48).fill(0), count: 0 };
          const after = {
            label,
            sum: before.sum.map((value, index) => value + images.reduce((total, image) => total + thumbnail(image, 4)[index]!, 0)),
            count: before.count + images.length,
          };
          if (known === -1) next.push(after);
          else next[known] = after;
        }
        classes = next;
        return { session: sessions++, labels: learner.labels, memory: learner.memory };
      }),
    exemplars: () => own.warmup().then(() => []),
    predict: (image, options) =>
      own.work(options, () => {
        if (classes.length === 0) throw bad(own.name, 'nothing learned yet');
        const seen = thumbnail(image, 4);
        const closeness = classes.map(({ label, sum, count }) => ({
          label,
          weight: Math.exp(-10 * Math.hypot(...sum.map((value, index) => value / count - seen[index]!))),
        }));
        const total = closeness.reduce((sum, { weight }) => sum + weight, 0);
        return { labels: closeness.map(({ label, weight }) => ({ label, score: weight / total })).sort((a, b) => b.score - a.score) };
      }),
    save: async () => new TextEncoder().encode(JSON.stringify({ method: own.name, classes, sessions })),
    async restore(state) {
      let saved: { method?: unknown; classes: typeof classes; sessions: number };
      try {
        saved = JSON.parse(new TextDecoder().decode(state)) as typeof saved;
      } catch {
        throw bad(own.name, 'the state is damaged');
      }
      if (saved.method !== own.name) throw bad(own.name, 'the state is of another method');
      ({ classes, sessions } = saved);
    },
  };
  // Getters do not survive a spread, so the learner itself is what is returned.
  return learner;
});
