import {
  statusOf,
  type Calibration,
  type DetectionResult,
  type EvidenceCurve,
  type EvidenceMap,
  type Image,
  type ModelScore,
  type Region,
} from '@verilens/core';
import { applyPlatt } from '@verilens/metrics';
import { resizeArea } from '@verilens/vision';
import { pictureScore } from './calibration.ts';
import { radialSpectrum, type RadialSpectrum } from './spectrum.ts';
import { tileBox, writeTile, type TileGrid } from './tiles.ts';

export interface Scan {
  readonly grid: TileGrid;
  /** NaN where a tile is too flat. */
  readonly logits: Float32Array;
}

type Verdict = Pick<DetectionResult, 'status' | 'score' | 'threshold' | 'models' | 'reason'>;

/** What all tiles together say. */
export function verdictOf(scan: Scan, calibration: Calibration, image: Image, threshold: number = calibration.manipulatedAt): Verdict {
  const judged = [...scan.logits].filter((logit) => !Number.isNaN(logit));
  const name = 'f2c';
  const evidence = 'frequency';
  if (judged.length === 0) {
    const { size, places } = scan.grid;
    const reason =
      places.length === 0
        ? `the picture is ${image.width} x ${image.height}; a tile of ${size} x ${size} at its own resolution is the least that can be judged, and enlarging would make up what is looked at`
        : 'the picture is flat everywhere: nothing in it has a spectrum to judge';
    const model: ModelScore = { name, evidence, score: null, threshold, status: 'NOT_APPLICABLE', reason };
    return { status: 'NOT_APPLICABLE', score: null, threshold, models: [model], reason };
  }
  const score = pictureScore(calibration, judged);
  const status = statusOf(calibration, score, threshold);
  const falseAlarmRate = threshold === calibration.manipulatedAt ? calibration.falseAlarmRate : undefined;
  const reason =
    status === 'INCONCLUSIVE'
      ? `the spectra of ${judged.length} ${judged.length === 1 ? 'tile lies' : 'tiles lie'} where those of real and of generated pictures both do`
      : undefined;
  return { status, score, threshold, models: [{ name, evidence, score, threshold, status, falseAlarmRate, reason }], reason };
}

/** The most suspicious tiles, highest first. */
export function regionsOf({ grid, logits }: Scan, calibration: Calibration, most: number): Region[] {
  return [...logits.keys()]
    .filter((i) => !Number.isNaN(logits[i]!))
    .sort((a, b) => logits[b]! - logits[a]!)
    .slice(0, most)
    .map((i) => ({ box: tileBox(grid, i), score: applyPlatt(logits[i]!, calibration), timestampMs: 0 }));
}

/** Longer side of the picture under a heat map. */
const MAP_SIDE = 384;

/** The score of each tile over the reduced picture. Tiles that were too flat to judge count as 0. */
export function tileMap({ grid, logits }: Scan, calibration: Calibration, image: Image, score: number): EvidenceMap {
  const shrink = Math.min(1, MAP_SIDE / Math.max(image.width, image.height));
  const [width, height] = [Math.max(1, Math.round(image.width * shrink)), Math.max(1, Math.round(image.height * shrink))];
  return {
    trackId: 0,
    timestampMs: 0,
    crop: resizeArea(image, width, height),
    rows: grid.rows,
    columns: grid.columns,
    values: Float32Array.from(logits, (logit) => (Number.isNaN(logit) ? 0 : applyPlatt(logit, calibration))),
    method: 'tiles',
    score,
  };
}

/** Tiles a spectrum is taken over at most. */
const SPECTRUM_TILES = 400;

/** The picture's own spectrum beside the mean ones of the pictures the network was calibrated on. */
export function spectrumCurve(
  { grid, logits }: Scan,
  image: Image,
  known: { readonly real: RadialSpectrum; readonly generated: RadialSpectrum } | undefined,
): EvidenceCurve {
  const judged = [...logits.keys()].filter((i) => !Number.isNaN(logits[i]!));
  const step = Math.max(1, judged.length / SPECTRUM_TILES);
  const chosen = Array.from({ length: Math.min(judged.length, SPECTRUM_TILES) }, (_, i) => judged[Math.floor(i * step)]!);
  const each = 3 * grid.size * grid.size;
  const tiles = new Float32Array(chosen.length * each);
  chosen.forEach((place, i) => writeTile(image, grid.places[place]!.x, grid.places[place]!.y, grid.size, tiles, i * each));
  const series = (name: string, { frequency, logPower }: RadialSpectrum): EvidenceCurve['series'][number] => ({
    name,
    x: frequency,
    y: logPower,
  });
  return {
    title: 'Power by frequency',
    xLabel: 'cycles per pixel',
    yLabel: 'mean log10 power',
    series: [
      series('this picture', radialSpectrum(tiles, grid.size)),
      ...(known === undefined ? [] : [series('real pictures', known.real), series('generated pictures', known.generated)]),
    ],
  };
}
