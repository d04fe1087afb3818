import {
  Tensor,
  throwIfAborted,
  VerilensError,
  type Image,
  type ModelCard,
  type ModelSource,
  type Runtime,
  type Session,
} from '@verilens/core';
import { PLACE } from './config.ts';
import { tileGrid, writeTile, type TileGrid } from './tiles.ts';

/** A loaded network: tiles in, log-odds of "generated" out. */
export interface Network {
  readonly tile: number;
  readonly card: ModelCard;
  readonly session: Session;
  /** [N, 3, S, S], 0..1 -> [N] */
  logits(tiles: Float32Array, signal?: AbortSignal): Promise<Float32Array>;
  /** Log-odds of the tiles of a picture; NaN where a tile is too flat to say anything. */
  scan(image: Image, most: number, signal?: AbortSignal): Promise<{ readonly grid: TileGrid; readonly logits: Float32Array }>;
  dispose(): Promise<void>;
}

/** Tiles flatter than this many grey levels (standard deviation of green) hold no clue: sky, walls, blown-out light. */
const LEAST_CONTRAST = 3;
/** Tiles in one run: bounds memory. */
const BATCH = 256;

/** @throws VerilensError BAD_MODEL when the card has no tile size */
export async function loadNetwork(runtime: Runtime, source: ModelSource, card: ModelCard, signal?: AbortSignal): Promise<Network> {
  const tile = card.inputs[0]?.shape[2];
  if (typeof tile !== 'number')
    throw new VerilensError('BAD_MODEL', 'the card does not say the size of the tiles', {
      place: PLACE,
      expected: 'an input [batch, 3, S, S]',
      got: JSON.stringify(card.inputs),
    });
  const session = await runtime.load(source, { card, signal });
  const each = 3 * tile * tile;
  const logits: Network['logits'] = async (tiles, stop) => {
    const count = tiles.length / each;
    const out = new Float32Array(count);
    for (let first = 0; first < count; first += BATCH) {
      throwIfAborted(stop, PLACE);
      const now = Math.min(BATCH, count - first);
      const feeds = { tiles: new Tensor('float32', tiles.subarray(first * each, (first + now) * each), [now, 3, tile, tile]) };
      const { logits: scores } = await session.run(feeds, { signal: stop });
      out.set(scores!.data as Float32Array, first);
    }
    return out;
  };
  return {
    tile,
    card,
    session,
    logits,
    async scan(image, most, stop) {
      const grid = tileGrid(image.width, image.height, tile, most);
      const found = new Float32Array(grid.places.length).fill(NaN);
      const batch = new Float32Array(BATCH * each);
      let places: number[] = [];
      const judge = async (): Promise<void> => {
        const scores = await logits(batch.subarray(0, places.length * each), stop);
        places.forEach((place, i) => (found[place] = scores[i]!));
        places = [];
      };
      for (const [index, { x, y }] of grid.places.entries()) {
        if (writeTile(image, x, y, tile, batch, places.length * each) < LEAST_CONTRAST) continue;
        places.push(index);
        if (places.length === BATCH) await judge();
      }
      if (places.length > 0) await judge();
      return { grid, logits: found };
    },
    dispose: () => session.dispose(),
  };
}
