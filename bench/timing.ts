/** The value below which a share `q` (0..1) of the values lies, by linear interpolation. NaN of nothing. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = q * (sorted.length - 1);
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Lets pools of spinning threads of the one before fall asleep before the next one is timed. */
export const rest = (ms = 80): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Something timed: does `count` repetitions and gives the milliseconds of each. */
export interface Contender {
  readonly name: string;
  /** How often a repetition does the work at once; its time is a share of that. Default 1 */
  readonly together?: number;
  repeat(count: number): Promise<readonly number[]>;
}

export interface RoundOptions {
  readonly rounds: number;
  /** About how long one contender runs in one round. */
  readonly blockMs: number;
}

/**
 * Times contenders in interleaved rounds, so that whatever else the machine does falls on all of them alike. The first
 * repetition of each block wakes threads and caches and is not counted.
 *
 * @returns milliseconds of every counted repetition, by name
 */
export async function interleave(contenders: readonly Contender[], { rounds, blockMs }: RoundOptions): Promise<Map<string, number[]>> {
  const times = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  const counts = new Map<string, number>();
  for (const { name, repeat, together = 1 } of contenders) {
    const trial = await repeat(3);
    const least = together === 1 ? 2 : 1;
    counts.set(name, 1 + Math.max(least, Math.min(100, Math.round(blockMs / (together * Math.min(...trial))))));
  }
  for (let round = 0; round < rounds; round++) {
    // Every other round backwards: nobody always runs after the same neighbour.
    const order = round % 2 === 0 ? contenders : contenders.toReversed();
    for (const { name, repeat } of order) {
      await rest();
      times.get(name)!.push(...(await repeat(counts.get(name)!)).slice(1));
    }
  }
  return times;
}

/** A contender from a function that does one repetition, which is the work `together` times. */
export function contender(name: string, once: () => Promise<unknown>, together = 1): Contender {
  return {
    name,
    together,
    async repeat(count) {
      const times: number[] = [];
      for (let i = 0; i < count; i++) {
        const started = performance.now();
        await once();
        times.push((performance.now() - started) / together);
      }
      return times;
    },
  };
}
