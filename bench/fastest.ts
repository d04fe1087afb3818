import { interleave, median, type Contender, type RoundOptions } from './timing.ts';

export interface FastestOptions extends RoundOptions {
  /** Settings within this share of the fastest are tried again. Default 0.15 */
  readonly near?: number;
  /** How often they are tried again at most, each time for as many rounds. Default 2 */
  readonly again?: number;
}

/** The rounds that decide between settings, before the ones that count. */
export const CHOOSING: RoundOptions = { rounds: 5, blockMs: 120 };

/**
 * Chooses the fastest setting of one engine, by the median over interleaved rounds. Those near the fastest are tried again and
 * keep what they gave before, so that a disturbed moment cannot decide.
 */
export async function fastest<C extends Contender>(candidates: readonly C[], options: FastestOptions = CHOOSING): Promise<C> {
  const { near = 0.15, again = 2 } = options;
  const times = new Map<string, number[]>(candidates.map(({ name }) => [name, []]));
  const ms = ({ name }: C): number => median(times.get(name)!);
  let left = candidates;
  for (let pass = 0; pass <= again && left.length > 1; pass++) {
    for (const [name, more] of await interleave(left, options)) times.get(name)!.push(...more);
    const limit = Math.min(...left.map(ms)) * (1 + near);
    left = left.filter((candidate) => ms(candidate) <= limit);
  }
  return left.reduce((a, b) => (ms(b) < ms(a) ? b : a));
}
