import { describe, expect, expectTypeOf, it } from 'vitest';
import { pipe, pipeline, type Pipeline, type Stage } from '../src/pipeline.ts';
import { batch, filter, map, prefetch, stage, tee, window } from '../src/stages.ts';
import { watched } from './helpers.ts';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const double: Stage<number, number> = map((value: number) => value * 2, { name: 'double' });
const text: Stage<number, string> = map((value: number) => String(value), { name: 'text' });
const shout: Stage<string, string> = map((value: string) => `${value}!`, { name: 'shout' });

describe('a pipeline', () => {
  it('runs its stages in order and can be printed', async () => {
    const line = pipeline(numbers(6), 'numbers')
      .to(filter((value: number) => value % 2 === 1, 'odd'))
      .to(pipe(double, text))
      .to(batch(2));
    expect(line.describe()).toBe('numbers -> odd -> [double -> text] -> batch(2)');
    expect(await line.collect()).toEqual([['2', '6'], ['10']]);
  });

  it('runs again from a source that is a function', async () => {
    const line = pipeline(() => watched(numbers(3))).to(double);
    expect([await line.collect(), await line.collect()]).toEqual([
      [0, 2, 4],
      [0, 2, 4],
    ]);
  });

  it('does nothing before it is read and no more than is read', async () => {
    const source = watched(numbers(100));
    const line = pipeline(source).to(double).to(text);
    await wait(5);
    expect(source.pulled).toBe(0);
    for await (const item of line) if (item === '6') break;
    expect([source.pulled, source.closed]).toEqual([4, 1]);
  });

  it('stops in the middle of a hanging source when cancelled, and runs finally blocks of stages', async () => {
    let finallyRan = false;
    const hanging = async function* () {
      yield 1;
      await new Promise(() => undefined);
    };
    const guarded = stage<number, number>('guarded', async function* (input) {
      try {
        yield* input;
      } finally {
        finallyRan = true;
      }
    });
    const seen: number[] = [];
    const line = pipeline(hanging, 'camera').to(guarded).to(prefetch(2)).to(double);
    await expect(line.forEach((item) => void seen.push(item), { signal: AbortSignal.timeout(20) })).rejects.toMatchObject({
      code: 'ABORTED',
    });
    expect([seen, finallyRan]).toEqual([[2], true]);
  });

  it('runs finally blocks of a source that watches the signal before the loop ends', async () => {
    const controller = new AbortController();
    let closed = false;
    const line = pipeline(async function* ({ signal }) {
      try {
        for (let tick = 0; ; tick++) {
          await new Promise<void>((resolve) => {
            const timer = setTimeout(resolve, 5);
            signal!.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
          });
          yield tick;
        }
      } finally {
        closed = true;
      }
    });
    await expect(
      line.forEach((tick) => (tick === 2 ? controller.abort() : undefined), { signal: controller.signal }),
    ).rejects.toMatchObject({ code: 'ABORTED' });
    expect(closed).toBe(true);
  });

  it('passes an error on and closes what lies before it', async () => {
    const source = watched(numbers(10));
    const fails = map((value: number) => {
      if (value === 3) throw new Error('three');
      return value;
    });
    await expect(pipeline(source).to(fails).to(prefetch(2)).collect()).rejects.toThrow('three');
    expect(source.closed).toBe(1);
  });
});

describe('stages', () => {
  it('map keeps order and its limit of concurrent calls', async () => {
    let under = 0;
    let most = 0;
    const slow = map(
      async (value: number) => {
        most = Math.max(most, ++under);
        await wait(value % 3);
        under--;
        return value;
      },
      { concurrency: 3 },
    );
    expect(await pipeline(numbers(20)).to(slow).collect()).toEqual(numbers(20));
    expect(most).toBe(3);
  });

  it('map reports the failure of a concurrent call in its turn', async () => {
    const fails = map(async (value: number) => (value === 1 ? Promise.reject(new Error('one')) : wait(5).then(() => value)), {
      concurrency: 4,
    });
    const seen: number[] = [];
    await expect(
      pipeline(numbers(8))
        .to(fails)
        .forEach((item) => void seen.push(item)),
    ).rejects.toThrow('one');
    expect(seen).toEqual([0]);
  });

  it.each([
    {
      size: 3,
      stride: 1,
      wanted: [
        [0, 1, 2],
        [1, 2, 3],
        [2, 3, 4],
      ],
    },
    {
      size: 2,
      stride: 2,
      wanted: [
        [0, 1],
        [2, 3],
      ],
    },
    {
      size: 2,
      stride: 3,
      wanted: [
        [0, 1],
        [3, 4],
      ],
    },
    { size: 6, stride: 1, wanted: [] },
  ])('window of $size every $stride', async ({ size, stride, wanted }) => {
    expect(await pipeline(numbers(5)).to(window(size, stride)).collect()).toEqual(wanted);
  });

  it('prefetch reads ahead so that both sides work at once, and no further', async () => {
    const source = watched(numbers(10), 10);
    let lead = 0;
    let taken = 0;
    await pipeline(source)
      .to(prefetch(2))
      .forEach(async () => {
        taken++;
        await wait(10);
        lead = Math.max(lead, source.pulled - taken);
      });
    // The source moved on while the consumer was busy.
    expect(lead).toBeGreaterThanOrEqual(1);
    expect(lead).toBeLessThanOrEqual(2);
    expect(await pipeline(numbers(5)).to(prefetch(8)).collect()).toEqual(numbers(5));
  });

  it('prefetch closes its input when the reader leaves', async () => {
    const source = watched(numbers(100));
    for await (const item of pipeline(source).to(prefetch(3))) if (item === 2) break;
    expect(source.closed).toBe(1);
    expect(source.pulled).toBeLessThanOrEqual(7);
  });

  it('tee sends everything through every branch, reading the input once', async () => {
    const source = watched(numbers(20));
    const split = tee({
      sums: pipe(
        batch<number>(10),
        map((group: readonly number[]) => group.reduce((a, b) => a + b, 0)),
      ),
      words: text,
    });
    const items = await pipeline(source).to(split).collect();
    expect(items.filter((item) => item.branch === 'sums').map((item) => item.value)).toEqual([45, 145]);
    expect(items.filter((item) => item.branch === 'words').map((item) => item.value)).toEqual(numbers(20).map(String));
    expect([source.pulled, source.closed]).toEqual([20, 1]);
  });

  it('tee goes on when one branch stops early', async () => {
    const firstOnly = stage<number, number>('first', async function* (input) {
      for await (const item of input) {
        yield item;
        return;
      }
    });
    const items = await pipeline(numbers(30)).to(tee({ firstOnly, text })).collect();
    expect(items.length).toBe(31);
  });

  it('refuses sizes that are no whole number of at least 1', () => {
    for (const make of [() => batch(0), () => window(2, 0), () => prefetch(NaN), () => map((x: number) => x, { concurrency: 1.5 })]) {
      expect(make).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }));
    }
  });
});

describe('types', () => {
  it('follow the stages', () => {
    const line = pipeline(numbers(1)).to(double).to(text);
    expectTypeOf(line).toEqualTypeOf<Pipeline<string>>();
    expectTypeOf(pipe(double, text, shout)).toEqualTypeOf<Stage<number, string>>();
    expectTypeOf(line.to(batch(2))).toEqualTypeOf<Pipeline<readonly string[]>>();
    const narrowed = pipeline<number | string>([1, 'a']).to(filter((item: number | string): item is string => typeof item === 'string'));
    expectTypeOf(narrowed).toEqualTypeOf<Pipeline<string>>();
    const split = pipeline(numbers(1)).to(tee({ same: double, words: text }));
    expectTypeOf(split).toEqualTypeOf<
      Pipeline<{ readonly branch: 'same'; readonly value: number } | { readonly branch: 'words'; readonly value: string }>
    >();
  });

  it('refuse stages that do not fit', () => {
    // @ts-expect-error a stage of strings cannot follow a source of numbers
    pipeline(numbers(1)).to(shout);
    // @ts-expect-error the second stage takes strings, the first gives numbers
    pipe(double, shout);
    // @ts-expect-error the third takes numbers, the second gives strings
    pipe(double, text, double);
    // @ts-expect-error one branch does not take what the source gives
    pipeline(numbers(1)).to(tee({ double, shout }));
    expect(true).toBe(true);
  });
});
