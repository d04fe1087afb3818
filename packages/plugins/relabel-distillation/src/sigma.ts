/** How far neighbours lie, and what share of a pilot lot keeps the label there. */
export interface Distance {
  readonly sigma: number;
  readonly kept: number;
}

const LEAST: number = 1 / 64;
/** In deviations of the latent prior: what lies farther is no neighbour, and a decoder was never taught it. */
const MOST: number = 2;
const TRIES = 7;

/**
 * Bisection on a logarithmic scale, from 1 on, for a distance at which the share that keeps its label lies in a band: else one of
 * the two classes is missing and the boundary is not sampled. Where there is none, the one that comes nearest to it, of equals the last tried.
 *
 * @param side Which side of the boundary the picture itself is on: when it has not the label, farther is not less of it.
 */
export async function findDistance(
  keptAt: (sigma: number) => Promise<number>,
  [low, high]: readonly [number, number],
  side: 'kept' | 'shifted',
): Promise<Distance> {
  let [near, far] = [LEAST, MOST];
  let sigma = 1;
  let best: Distance | undefined;
  const miss = ({ kept }: Distance): number => Math.max(0, low - kept, kept - high);
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const found = { sigma, kept: await keptAt(sigma) };
    if (best === undefined || miss(found) <= miss(best)) best = found;
    if (miss(found) === 0) break;
    const tooNear = side === 'kept' ? found.kept > high : found.kept < low;
    if (tooNear) near = sigma;
    else far = sigma;
    const next = Math.sqrt(near * far);
    // double or halve until both ends were seen
    sigma = tooNear && far === MOST ? Math.min(MOST, 2 * sigma) : !tooNear && near === LEAST ? Math.max(LEAST, sigma / 2) : next;
    if (sigma === found.sigma) break;
  }
  return best!;
}
