import { type IncrementalLearner, lifecycle, type MemoryUse, type Runtime, throwIfAborted, VerilensError } from '@verilens/core';
import { type Cd2Config, PLACE } from './config.ts';
import type { Knowledge } from './knowledge.ts';
import { learnLesson, type Model, openModel } from './learn.ts';
import { readLearner, writeLearner } from './learner-file.ts';
import { lessonOf } from './lesson.ts';
import { imageAt, planesOf } from './pixels.ts';

/** What was learned and the models that tell it. Those in use are disposed of when the last call that uses them ends. */
interface State {
  readonly knowledge: Knowledge;
  readonly model: Model;
  users: number;
  retired: boolean;
}

export function createLearner(runtime: Runtime, config: Cd2Config): IncrementalLearner {
  let state: State | undefined;
  /** Sessions and restorations, one after the other. Predictions go on beside them, by what was known before. */
  let turn: Promise<unknown> = Promise.resolve();

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = turn.then(work);
    turn = next.catch(() => undefined);
    return next;
  };
  const release = async (old: State): Promise<void> => {
    if (old.retired && old.users === 0) await old.model[Symbol.asyncDispose]();
  };
  const life = lifecycle(PLACE, async () => {
    if (state === undefined) return;
    state.retired = true;
    await release(state);
    state = undefined;
  });
  const replace = async (knowledge: Knowledge | undefined): Promise<void> => {
    const next =
      knowledge === undefined ? undefined : { knowledge, model: await openModel(runtime, config, knowledge), users: 0, retired: false };
    const old = state;
    // disposed of while it worked: nobody is left to use it
    state = life.ended ? undefined : next;
    for (const gone of [old, life.ended ? next : undefined]) {
      if (gone === undefined) continue;
      gone.retired = true;
      await release(gone);
    }
    if (life.ended) life.begin();
  };
  const memory = (): MemoryUse => ({
    exemplars: state?.knowledge.memory.count ?? 0,
    bytes: state?.knowledge.memory.data.byteLength ?? 0,
  });
  const labels = (): readonly string[] => state?.knowledge.labels ?? [];

  return {
    name: 'cd2',
    get labels() {
      return labels();
    },
    get memory() {
      return memory();
    },
    async warmup() {
      life.begin();
      if (state === undefined) return;
      const { embedder, reader } = state.model;
      await reader.read(await embedder.features({ count: 1, side: config.side, data: new Float32Array(3 * config.side ** 2) }));
    },
    async exemplars() {
      life.begin();
      if (state === undefined) return [];
      const { memory: kept, labels: names } = state.knowledge;
      return Array.from({ length: kept.count }, (_, i) => ({
        label: names[Math.floor(i / config.distillation.pictures)]!,
        image: imageAt(kept, i),
      }));
    },
    async learn(session, options = {}) {
      const { signal, seed = 0, onProgress } = options;
      const elapsed = life.begin(signal);
      checkSeed(seed);
      return inTurn(async () => {
        life.begin(signal);
        const known = state?.knowledge;
        const lesson = lessonOf(session, labels(), config);
        const next = await learnLesson(known, lesson, { runtime, config, seed, signal, onProgress });
        throwIfAborted(signal, PLACE);
        await replace(next);
        return { session: next.sessions - 1, labels: next.labels, memory: memory(), device: runtime.device, durationMs: elapsed() };
      });
    },
    async predict(image, options = {}) {
      const elapsed = life.begin(options.signal);
      const now = state;
      if (now === undefined) {
        const remedy = 'Call learn or restore first.';
        throw new VerilensError('BAD_INPUT', 'nothing has been learned', {
          place: PLACE,
          expected: 'a class at least',
          got: 'none',
          remedy,
        });
      }
      now.users++;
      try {
        const { embedder, reader } = now.model;
        const { logits } = await reader.read(await embedder.features(planesOf([image], config.side), options.signal), options.signal);
        const ranked = softmax(logits.data)
          .map((score, i) => ({ label: now.knowledge.labels[i]!, score }))
          .sort((a, b) => b.score - a.score);
        return { labels: ranked, device: runtime.device, durationMs: elapsed() };
      } finally {
        now.users--;
        await release(now);
      }
    },
    async save() {
      life.begin();
      return writeLearner(state?.knowledge, config);
    },
    async restore(bytes) {
      life.begin();
      const knowledge = await readLearner(bytes, config);
      await inTurn(() => replace(knowledge));
    },
    dispose: life.dispose,
    [Symbol.asyncDispose]: life.dispose,
  };
}

function checkSeed(seed: number): void {
  if (Number.isInteger(seed) && Math.abs(seed) < 2 ** 31) return;
  throw new VerilensError('BAD_OPTION', 'the seed is not a whole number', { place: PLACE, expected: '-2^31 .. 2^31', got: String(seed) });
}

function softmax(logits: Float32Array): number[] {
  const top = logits.reduce((most, value) => Math.max(most, value), -Infinity);
  const powers = Array.from(logits, (value) => Math.exp(value - top));
  const total = powers.reduce((sum, value) => sum + value, 0);
  return powers.map((value) => value / total);
}
