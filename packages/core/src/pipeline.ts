import { abortable } from './abortable.ts';

export interface StageContext {
  /** Fires when the pipeline is cancelled. Stages that wait or compute long watch it; the rest need not. */
  readonly signal: AbortSignal | undefined;
}

/**
 * One step of a pipeline: a stream in, a stream out. A stage pulls its input only when its output is asked for, so a
 * slow consumer slows the whole pipeline instead of filling memory.
 */
export interface Stage<In, Out> {
  readonly name: string;
  /** The stages this one is made of, for `describe`. */
  readonly parts?: readonly Stage<never, unknown>[];
  readonly run: (input: AsyncIterable<In>, context: StageContext) => AsyncIterable<Out>;
}

/** Where a pipeline begins. A function makes a fresh stream for each run; an iterable is read by the first run. */
export type Source<T> = AsyncIterable<T> | Iterable<T> | ((context: StageContext) => AsyncIterable<T>);

export interface PipelineRun {
  readonly signal?: AbortSignal;
}

/** A source and the stages behind it: a value, nothing runs before it is iterated. */
export interface Pipeline<T> extends AsyncIterable<T> {
  /** Adds a stage. The compiler refuses one that does not take what the last one gives. */
  to<Out>(stage: Stage<T, Out>): Pipeline<Out>;
  /** @throws VerilensError ABORTED from the loop when `signal` fires; `finally` blocks of source and stages run */
  run(options?: PipelineRun): AsyncIterable<T>;
  /** Reads to the end. For streams known to be short. */
  collect(options?: PipelineRun): Promise<T[]>;
  /** Reads to the end, one item at a time. */
  forEach(visit: (item: T) => void | Promise<void>, options?: PipelineRun): Promise<void>;
  /** `source -> stage -> stage`, nested stages in brackets. */
  describe(): string;
}

/** @param name What `describe` calls the source. */
export function pipeline<T>(source: Source<T>, name: string = 'source'): Pipeline<T> {
  return build<T>((context) => abortable(open(source, context), context.signal, name), [name]);
}

function build<T>(start: (context: StageContext) => AsyncIterable<T>, names: readonly string[]): Pipeline<T> {
  const self: Pipeline<T> = {
    to: <Out>(stage: Stage<T, Out>) =>
      build<Out>((context) => abortable(stage.run(start(context), context), context.signal, stage.name), [...names, describeStage(stage)]),
    run: (options = {}) => start({ signal: options.signal }),
    async collect(options) {
      const items: T[] = [];
      for await (const item of self.run(options)) items.push(item);
      return items;
    },
    async forEach(visit, options) {
      for await (const item of self.run(options)) await visit(item);
    },
    describe: () => names.join(' -> '),
    [Symbol.asyncIterator]: () => self.run()[Symbol.asyncIterator](),
  };
  return self;
}

/** Joins stages into one. The compiler refuses neighbours that do not fit. */
export function pipe<A, B>(a: Stage<A, B>): Stage<A, B>;
export function pipe<A, B, C>(a: Stage<A, B>, b: Stage<B, C>): Stage<A, C>;
export function pipe<A, B, C, D>(a: Stage<A, B>, b: Stage<B, C>, c: Stage<C, D>): Stage<A, D>;
export function pipe<A, B, C, D, E>(a: Stage<A, B>, b: Stage<B, C>, c: Stage<C, D>, d: Stage<D, E>): Stage<A, E>;
export function pipe<A, B, C, D, E, F>(a: Stage<A, B>, b: Stage<B, C>, c: Stage<C, D>, d: Stage<D, E>, e: Stage<E, F>): Stage<A, F>;
export function pipe<A, B, C, D, E, F, G>(
  a: Stage<A, B>,
  b: Stage<B, C>,
  c: Stage<C, D>,
  d: Stage<D, E>,
  e: Stage<E, F>,
  f: Stage<F, G>,
): Stage<A, G>;
export function pipe(...stages: readonly Stage<never, unknown>[]): Stage<never, unknown> {
  return {
    name: stages.map((stage) => stage.name).join(' -> '),
    parts: stages,
    run: (input, context) =>
      stages.reduce<AsyncIterable<unknown>>(
        (stream, stage) => abortable(stage.run(stream as AsyncIterable<never>, context), context.signal, stage.name),
        input,
      ),
  };
}

function describeStage(stage: Stage<never, unknown>): string {
  return stage.parts === undefined ? stage.name : `[${stage.parts.map(describeStage).join(' -> ')}]`;
}

function open<T>(source: Source<T>, context: StageContext): AsyncIterable<T> {
  if (typeof source === 'function') return source(context);
  if (Symbol.asyncIterator in source) return source;
  return fromIterable(source);
}

async function* fromIterable<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}
