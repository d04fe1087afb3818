import { add, floor, mul, sub } from '../ops/elementwise.ts';
import { and, cast, greater, less } from '../ops/logic.ts';
import { gatherBatch } from '../ops/along-axis.ts';
import { sum } from '../ops/reduce.ts';
import { concat, reshape, unsqueeze } from '../ops/shape.ts';
import { clamp } from '../ops/piecewise-linear.ts';
import type { Sym } from '../sym.ts';

/** 1 where 0 <= at < size, else 0. */
function inside(at: Sym, size: number): Sym {
  return cast(and(greater(at, -0.5), less(at, size - 0.5)), 'float32');
}

/** Rows of pixels [B, height width, C] at whole places y, x [B, P]; 0 outside the picture. -> [B, P, C] */
export function pixelsAt(rows: Sym, y: Sym, x: Sym, [height, width]: readonly [number, number]): Sym {
  const index = cast(add(mul(clamp(y, 0, height - 1), width), clamp(x, 0, width - 1)), 'int32');
  return mul(gatherBatch(rows, index), unsqueeze(mul(inside(y, height), inside(x, width)), -1));
}

/**
 * Rows of pixels [B, height width, C] at places y, x [B, P] between them, each the weighted mean of its four neighbours;
 * neighbours outside the picture count as 0. `gain` [B, P], if given, multiplies. -> [B, P, C]
 */
export function bilinearAt(rows: Sym, y: Sym, x: Sym, [height, width]: readonly [number, number], gain?: Sym): Sym {
  const [low, left] = [floor(y), floor(x)];
  const [down, across] = [sub(y, low), sub(x, left)];
  const corners = [
    { y: low, x: left, weight: mul(sub(1, down), sub(1, across)) },
    { y: low, x: add(left, 1), weight: mul(sub(1, down), across) },
    { y: add(low, 1), x: left, weight: mul(down, sub(1, across)) },
    { y: add(low, 1), x: add(left, 1), weight: mul(down, across) },
  ];
  // one gather of four times as many places: its gradient is one scatter
  const index = cast(
    concat(
      corners.map((c) => add(mul(clamp(c.y, 0, height - 1), width), clamp(c.x, 0, width - 1))),
      1,
    ),
    'int32',
  );
  const weights = corners.map((c) => {
    const weight = mul(c.weight, mul(inside(c.y, height), inside(c.x, width)));
    return gain === undefined ? weight : mul(weight, gain);
  });
  const [batch, places] = y.shape as [number, number];
  const weighted = mul(gatherBatch(rows, index), unsqueeze(concat(weights, 1), -1));
  const channels = rows.shape[2]!;
  return sum(reshape(weighted, [batch, 4, places, channels]), 1);
}
