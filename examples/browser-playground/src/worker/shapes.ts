import type { Image } from '@verilens/core';
import { random } from '@verilens/nn';

/** Shapes that the classifier of the Train panel tells apart. */
export const SHAPES = ['circle', 'square', 'triangle', 'cross', 'ring'] as const;
export const SIDE = 24;

/** Signed distance to the outline, negative inside; the shape's radius is 1. */
const distance: Readonly<Record<(typeof SHAPES)[number], (x: number, y: number) => number>> = {
  circle: (x, y) => Math.hypot(x, y) - 1,
  square: (x, y) => Math.max(Math.abs(x), Math.abs(y)) - 0.85,
  triangle: (x, y) => Math.max(y - 0.6, Math.abs(x) * 0.866 - y * 0.5 - 0.55),
  cross: (x, y) => Math.max(Math.min(Math.abs(x), Math.abs(y)) - 0.3, Math.max(Math.abs(x), Math.abs(y)) - 1),
  ring: (x, y) => Math.abs(Math.hypot(x, y) - 0.75) - 0.25,
};

/** Draws one shape somewhere, turned, light on dark or dark on light, under noise. Grey, 0..1, [SIDE, SIDE]. */
export function drawShape(label: number, draw: ReturnType<typeof random>, out: Float32Array, at: number): void {
  const { uniform, normal } = draw;
  const outline = distance[SHAPES[label]!];
  const radius = SIDE * (0.22 + 0.12 * uniform());
  const x0 = SIDE / 2 + (uniform() - 0.5) * SIDE * 0.25;
  const y0 = SIDE / 2 + (uniform() - 0.5) * SIDE * 0.25;
  const turn = (uniform() - 0.5) * Math.PI;
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const ground = 0.2 + 0.6 * uniform();
  const ink = ground > 0.5 ? ground - 0.3 - 0.2 * uniform() : ground + 0.3 + 0.2 * uniform();
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const dx = (x - x0) / radius;
      const dy = (y - y0) / radius;
      const cover = Math.min(1, Math.max(0, 0.5 - outline(dx * cos + dy * sin, dy * cos - dx * sin) * radius));
      out[at + y * SIDE + x] = ground + (ink - ground) * cover + 0.08 * normal();
    }
  }
}

/** A batch follows from its number alone, so a stopped run goes on with the data it would have seen. */
export function shapeBatch(count: number, seed: number, step: number): { x: Float32Array; y: Int32Array } {
  const draw = random(seed, 'shapes', step);
  const x = new Float32Array(count * SIDE * SIDE);
  const y = Int32Array.from({ length: count }, () => draw.below(SHAPES.length));
  y.forEach((label, i) => drawShape(label, draw, x, i * SIDE * SIDE));
  return { x, y };
}

export function greyImage(pixels: Float32Array): Image {
  const data = new Uint8ClampedArray(SIDE * SIDE * 4);
  pixels.forEach((value, i) => data.fill(Math.round(255 * value), 4 * i, 4 * i + 3));
  for (let i = 3; i < data.length; i += 4) data[i] = 255;
  return { data, width: SIDE, height: SIDE };
}
