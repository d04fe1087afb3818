import type { IncrementalLearner, MemoryUse, Plugin } from '@verilens/core';
import { lifecycle, VerilensError } from '@verilens/core';
import { thumbnail } from './thumbnail.ts';

const name = 'template-name';
const side = 8;

interface Prototype {
  readonly sum: Float32Array;
  readonly count: number;
}

/**
 * Replace this with your method: title, venue, year, link, and a line for every deliberate deviation.
 *
 * As it stands a class is the mean of its thumbnails, and the nearest mean wins: it forgets nothing, and learns little.
 */
export function templateName(): Plugin<'incremental-learner'> {
  return {
    name,
    role: 'incremental-learner',
    apiVersion: 1,
    async create({ runtime }): Promise<IncrementalLearner> {
      const life = lifecycle(name);
      let prototypes = new Map<string, Prototype>();
      let session = 0;
      const memory = (): MemoryUse => ({ exemplars: 0, bytes: prototypes.size * (side * side + 1) * 4 });
      return {
        name,
        get labels() {
          return [...prototypes.keys()];
        },
        get memory() {
          return memory();
        },
        async warmup() {
          life.begin();
        },
        async learn({ classes }, options = {}) {
          const elapsed = life.begin(options.signal);
          const names = new Set(classes.map(({ label }) => label));
          if (names.size === 0 || names.size < classes.length || classes.some(({ label, images }) => label === '' || images.length === 0)) {
            throw new VerilensError('BAD_INPUT', 'the session cannot be learned', {
              place: name,
              expected: 'at least one class, none twice, each with a label and a picture',
            });
          }
          // A copy, so that a session that fails half way leaves everything as it was.
          const next = new Map(prototypes);
          for (const [index, { label, images }] of classes.entries()) {
            for (const image of images) {
              const values = thumbnail(image, side, name);
              const before = next.get(label);
              next.set(label, { sum: before ? before.sum.map((value, i) => value + values[i]!) : values, count: (before?.count ?? 0) + 1 });
            }
            life.begin(options.signal);
            options.onProgress?.((index + 1) / classes.length, 'averaging');
          }
          prototypes = next;
          return { session: session++, labels: [...prototypes.keys()], memory: memory(), device: runtime.device, durationMs: elapsed() };
        },
        async exemplars() {
          life.begin();
          return [];
        },
        async predict(image, options = {}) {
          const elapsed = life.begin(options.signal);
          if (prototypes.size === 0)
            throw new VerilensError('BAD_INPUT', 'nothing has been learned', { place: name, remedy: 'Call learn first.' });
          const values = thumbnail(image, side, name);
          const weights = [...prototypes].map(([label, { sum, count }]) => ({
            label,
            weight: Math.exp(-20 * distance(values, sum, count)) + 1e-30,
          }));
          const total = weights.reduce((sum, { weight }) => sum + weight, 0);
          const labels = weights.map(({ label, weight }) => ({ label, score: weight / total })).sort((a, b) => b.score - a.score);
          return { labels, device: runtime.device, durationMs: elapsed() };
        },
        async save() {
          life.begin();
          const state = {
            method: name,
            session,
            prototypes: [...prototypes].map(([label, { sum, count }]) => ({ label, sum: [...sum], count })),
          };
          return new TextEncoder().encode(JSON.stringify(state));
        },
        async restore(bytes) {
          life.begin();
          const state = parse(bytes);
          prototypes = new Map(state.prototypes.map(({ label, sum, count }) => [label, { sum: Float32Array.from(sum), count }]));
          session = state.session;
        },
        dispose: life.dispose,
        [Symbol.asyncDispose]: life.dispose,
      };
    },
  };
}

/** Root mean square distance to the class mean. */
function distance(values: Float32Array, sum: Float32Array, count: number): number {
  return Math.sqrt(values.reduce((total, value, i) => total + (value - sum[i]! / count) ** 2, 0) / values.length);
}

interface SavedState {
  readonly session: number;
  readonly prototypes: readonly { readonly label: string; readonly sum: readonly number[]; readonly count: number }[];
}

function parse(bytes: Uint8Array): SavedState {
  try {
    const state = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as SavedState & { method?: unknown };
    const sound = state.prototypes.every(
      ({ label, sum, count }) =>
        typeof label === 'string' && sum.length === side * side && sum.every(Number.isFinite) && Number.isInteger(count) && count > 0,
    );
    if (state.method === name && Number.isInteger(state.session) && sound) return state;
  } catch (cause) {
    throw new VerilensError('BAD_INPUT', 'the saved state is damaged', { place: name, cause });
  }
  throw new VerilensError('BAD_INPUT', 'the saved state is of another method', {
    place: name,
    remedy: 'Restore what save of this method gave.',
  });
}
