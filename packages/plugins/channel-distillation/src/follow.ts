import type { Box, Image, TrackState } from '@verilens/core';
import { createAppearance, type Appearance, type Sight } from './appearance.ts';
import type { TrackerConfig } from './config.ts';
import type { FeatureExtractor } from './features.ts';
import { samplePatch, type Area } from './patch.ts';
import type { Peak } from './peak.ts';
import { createScaleFilter, type Place, type ScaleFilter } from './scale.ts';
import { firstViews, type LabelledPatch } from './views.ts';

export interface Sighting {
  readonly box: Box;
  /** 0..1 */
  readonly confidence: number;
  readonly state: TrackState;
  readonly figures: { readonly peakToSidelobe: number; readonly likeness: number };
}

/** One object being followed. */
export interface Follower {
  /** Channels in use, ascending. */
  readonly kept: readonly number[];
  next(image: Image): Promise<Sighting>;
}

/** What a peak needs of the usual peak-to-sidelobe ratio and height. */
interface Asked {
  readonly ratio: number;
  readonly height: number;
}
/** To be a sighting at all: blur lowers a peak more than it widens its surroundings. */
const AT_ALL: Asked = { ratio: 0.35, height: 0.25 };
/** To believe that a lost object is back where it was lost, and elsewhere. */
const BACK: Asked = { ratio: 0.5, height: 0.5 };
const BACK_ELSEWHERE: Asked = { ratio: 0.75, height: 0.75 };
/** Share of the usual ratio from which on the object is seen well. */
const WELL = 0.5;
/** An object this much like its first picture counts as wholly like it: everything that moves changes somewhat. */
const ALIKE = 0.3;
/** No ratio below this is a sighting, whatever is usual. */
const FLOOR = 4;
/** What is usual at first, as a share of the first frame's own score. */
const FIRST = 0.6;
/** How fast what is usual follows. */
const USUAL_RATE = 0.05;
/** Squares searched in a frame while the object is lost, and how far they reach, in sides of the square. */
const SEARCHES = 3;
const REACH = 2;
/** Pictures kept for choosing channels anew, one every few frames. */
const ALBUM = 16;
const ALBUM_EVERY = 3;
const SMALLEST_SIDE = 2;
/** Frames between two lessons of the scale filter: sizes change slowly, and a lesson costs as much as the rest of a frame. */
const SCALE_EVERY = 3;

/** Begins to follow the object in `box`. */
export async function follow(
  image: Image,
  box: Box,
  extractor: FeatureExtractor,
  config: TrackerConfig,
  /** How the first frame is looked at. */
  views: typeof firstViews = firstViews,
): Promise<Follower> {
  const side = config.padding * Math.sqrt(box.width * box.height);
  const scale: ScaleFilter = createScaleFilter();
  let place: Place = { x: box.x + box.width / 2, y: box.y + box.height / 2, width: box.width, height: box.height };
  const ratio = (): number => place.width / box.width;
  const square = (x = place.x, y = place.y): Area => ({ x, y, width: side * ratio(), height: side * ratio() });
  const patch = new Float32Array(extractor.size * extractor.size * 3);
  const cell = side / extractor.cells;
  const appearance: Appearance = await createAppearance(extractor, config, views(image, square(), extractor.size, extractor.cells), {
    width: box.width / cell,
    height: box.height / cell,
  });
  scale.learn(image, place);
  const first = await appearance.find(samplePatch(image, square(), extractor.size, patch));
  // the filter knows this very picture: ordinary ones score lower
  let usual = { ratio: Math.max(FLOOR, FIRST * first.peakToSidelobe), height: FIRST * first.value };
  let state: TrackState = 'tracking';
  let frames = 0;
  let lostFor = 0;
  const album: LabelledPatch[] = [];

  const look = (area: Area): Promise<Sight> => appearance.find(samplePatch(image_, area, extractor.size, patch));
  let image_ = image;
  /** Moves to a peak seen in a square around (x, y). */
  const moveTo = (peak: Peak, area: Area): void => {
    const step = area.width / extractor.cells;
    place = { ...place, x: area.x + peak.dx * step, y: area.y + peak.dy * step };
  };
  const answer = (peak: Sight): Sighting => ({
    box: { x: place.x - place.width / 2, y: place.y - place.height / 2, width: place.width, height: place.height },
    confidence: confidenceOf(peak, usual),
    state,
    figures: { peakToSidelobe: peak.peakToSidelobe, likeness: peak.likeness },
  });

  const isSighting = (peak: Peak, asked: Asked): boolean =>
    peak.peakToSidelobe >= Math.max(FLOOR, asked.ratio * usual.ratio) && peak.value >= asked.height * usual.height;

  const keepUp = async (peak: Peak, learn: boolean): Promise<void> => {
    const grown = scale.estimate(image_, place);
    const width = Math.max(SMALLEST_SIDE, Math.min(place.width * grown, 4 * image_.width));
    const applied = width / place.width;
    place = { ...place, width, height: place.height * applied };
    if (!learn) return;
    appearance.learn(peak);
    if (frames % SCALE_EVERY === 0) scale.learn(image_, place);
    usual = {
      ratio: usual.ratio + USUAL_RATE * (peak.peakToSidelobe - usual.ratio),
      height: usual.height + USUAL_RATE * (peak.value - usual.height),
    };
    if (config.redistilEvery === 0) return;
    if (frames % ALBUM_EVERY === 0) album.push({ patch: patch.slice(), dx: peak.dx, dy: peak.dy });
    if (album.length > ALBUM) album.shift();
    if (frames % config.redistilEvery === 0 && album.length === ALBUM) await appearance.redistil(album);
  };

  return {
    get kept() {
      return appearance.kept;
    },
    async next(next) {
      image_ = next;
      frames += 1;
      const area = square();
      const peak = await look(area);
      const asked = state === 'lost' ? BACK : AT_ALL;
      if (isSighting(peak, asked)) {
        moveTo(peak, area);
        state = peak.peakToSidelobe >= WELL * usual.ratio ? 'tracking' : 'uncertain';
        lostFor = 0;
        // an object half hidden or turning is followed, but nothing is learnt from it
        await keepUp(peak, state === 'tracking');
        return answer(peak);
      }
      state = 'lost';
      for (let i = 0; i < SEARCHES; i++) {
        const around = searchSquare(area, next, lostFor++);
        const found = await look(around);
        if (!isSighting(found, BACK_ELSEWHERE)) continue;
        moveTo(found, around);
        state = 'uncertain';
        lostFor = 0;
        return answer(found);
      }
      return answer(peak);
    },
  };
}

/**
 * Confidence of a sighting: how the peak compares with what was usual lately, and the object with its first picture, whichever
 * is worse. What is usual follows a slow drift onto something else; the first picture does not.
 */
function confidenceOf(peak: Sight, usual: { readonly ratio: number; readonly height: number }): number {
  const sharp = peak.peakToSidelobe / usual.ratio;
  const high = usual.height > 0 ? peak.value / usual.height : 0;
  return Math.max(0, Math.min(1, sharp, high, peak.likeness / ALIKE));
}

/** The n-th square to search for a lost object: rings around the last place, half a side apart, inside the frame. */
function searchSquare(area: Area, image: Image, n: number): Area {
  const span = 2 * REACH;
  const count = (span + 1) ** 2 - 1;
  const order = Array.from({ length: count + 1 }, (_, i) => [(i % (span + 1)) - REACH, Math.floor(i / (span + 1)) - REACH] as const)
    .filter(([x, y]) => x !== 0 || y !== 0)
    .sort((a, b) => Math.hypot(...a) - Math.hypot(...b));
  const [x, y] = order[n % count]!;
  const inside = (v: number, limit: number): number => Math.min(Math.max(v, 0), limit);
  return { ...area, x: inside(area.x + (x * area.width) / 2, image.width), y: inside(area.y + (y * area.height) / 2, image.height) };
}
