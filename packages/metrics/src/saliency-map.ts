import { type SaliencyMap, VerilensError } from '@verilens/core';
import { checkFinite } from './check.ts';
import { seededUniform } from './random.ts';

/** Whole numbers 0..length-1 in a seeded random order (Fisher and Yates). */
export function randomOrder(length: number, seed: number): Uint32Array {
  const order = Uint32Array.from({ length }, (_, index) => index);
  const draw = seededUniform(seed);
  for (let last = length - 1; last > 0; last--) {
    const other = Math.floor(draw() * (last + 1));
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}

/** Cells of a map, most important first. Cells of equal value come in a seeded random order: the order of rows says nothing. */
export function saliencyOrder(map: SaliencyMap, seed: number): Uint32Array {
  const { values } = checkMap(map, 'saliencyOrder');
  return randomOrder(values.length, seed).sort((a, b) => values[b]! - values[a]!);
}

/** A map on another grid: the mean over each cell's area where the new grid is coarser, bilinear between centres where it is finer. */
export function resampleMap(map: SaliencyMap, rows: number, columns: number): SaliencyMap {
  checkMap(map, 'resampleMap');
  const across = { rows: map.rows, columns, values: new Float32Array(map.rows * columns) };
  const horizontal = taps(map.columns, columns);
  for (let row = 0; row < map.rows; row++) {
    for (let column = 0; column < columns; column++) {
      for (const [from, weight] of horizontal[column]!)
        across.values[row * columns + column]! += weight * map.values[row * map.columns + from]!;
    }
  }
  const values = new Float32Array(rows * columns);
  taps(map.rows, rows).forEach((vertical, row) => {
    for (const [from, weight] of vertical) {
      for (let column = 0; column < columns; column++) values[row * columns + column]! += weight * across.values[from * columns + column]!;
    }
  });
  return { rows, columns, values };
}

/** For each target cell, which source cells it is made of, and their shares. */
function taps(source: number, target: number): readonly (readonly (readonly [from: number, weight: number])[])[] {
  const scale = source / target;
  return Array.from({ length: target }, (_, cell) => {
    if (source >= target) {
      const [low, high] = [cell * scale, (cell + 1) * scale];
      const first = Math.floor(low + 1e-9);
      const count = Math.max(1, Math.ceil(high - 1e-9) - first);
      return Array.from({ length: count }, (_, k) => {
        const from = first + k;
        return [from, (Math.min(high, from + 1) - Math.max(low, from)) / scale] as const;
      });
    }
    const centre = Math.min(source - 1, Math.max(0, (cell + 0.5) * scale - 0.5));
    const low = Math.floor(centre);
    const high = Math.min(source - 1, low + 1);
    return [[low, 1 - (centre - low)] as const, [high, centre - low] as const];
  });
}

/** @throws VerilensError BAD_INPUT when size and values disagree, NOT_FINITE */
export function checkMap(map: SaliencyMap, place: string): SaliencyMap {
  const { rows, columns, values } = map;
  if (!(Number.isInteger(rows) && Number.isInteger(columns) && rows > 0 && columns > 0 && values.length === rows * columns))
    throw new VerilensError('BAD_INPUT', 'the map and its size disagree', {
      place,
      expected: `${rows} x ${columns} values`,
      got: String(values.length),
    });
  checkFinite(values, place);
  return map;
}
