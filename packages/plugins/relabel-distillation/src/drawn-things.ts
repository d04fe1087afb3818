import type { Image } from '@verilens/core';
import type { TruthMask } from '@verilens/metrics';
import { random, type Random } from '@verilens/nn';
import { createImage } from '@verilens/vision';

/** A picture whose class one thing alone decides, and where that thing is. */
export interface DrawnThing {
  readonly image: Image;
  /** Place in `THING_CLASSES`. */
  readonly label: number;
  readonly mask: TruthMask;
}

export const THING_CLASSES: readonly string[] = ['red', 'green', 'blue', 'yellow'];
const COLOURS = [
  [225, 50, 45],
  [50, 190, 70],
  [60, 90, 230],
  [230, 205, 50],
] as const;
const SIDE = 32;

/**
 * Pictures of 32 pixels: a coloured disc or square of 7 to 11 pixels, whose colour is the class, anywhere on a grey texture
 * among two or three grey things like it. Nothing else tells the class.
 */
export function drawnThings(count: number, seed: number): readonly DrawnThing[] {
  return Array.from({ length: count }, (_, index) => draw(random(seed, 'drawn things', index), index % THING_CLASSES.length));
}

function draw(dice: Random, label: number): DrawnThing {
  const { uniform, below, normal } = dice;
  const image = createImage(SIDE, SIDE);
  const level = 60 + 130 * uniform();
  const waves = Array.from({ length: 3 }, () => [0.6 * normal() * 0.5, 0.6 * normal() * 0.5, 6.3 * uniform(), 12 * uniform()] as const);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      let value = level + 4 * normal();
      for (const [u, v, phase, height] of waves) value += height * Math.sin(u * x + v * y + phase);
      image.data.fill(value, (y * SIDE + x) * 4, (y * SIDE + x) * 4 + 3);
    }
  }
  const thing = (colour: readonly [number, number, number], mark?: Uint8Array): void => {
    const round = uniform() < 0.5;
    const size = 7 + below(5);
    const [left, top] = [below(SIDE - size + 1), below(SIDE - size + 1)];
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const far = Math.sqrt((x - (size - 1) / 2) ** 2 + (y - (size - 1) / 2) ** 2);
        if (round && far > size / 2) continue;
        const pixel = (top + y) * SIDE + left + x;
        for (let channel = 0; channel < 3; channel++) image.data[pixel * 4 + channel] = colour[channel]! + 6 * normal();
        if (mark !== undefined) mark[pixel] = 1;
      }
    }
  };
  for (let more = 2 + below(2); more > 0; more--) {
    const grey = 30 + 200 * uniform();
    thing([grey, grey, grey]);
  }
  const values = new Uint8Array(SIDE * SIDE);
  // the last one drawn lies on top
  const shade = 0.85 + 0.3 * uniform();
  const [r, g, b] = COLOURS[label]!;
  thing([r * shade, g * shade, b * shade], values);
  return { image, label, mask: { rows: SIDE, columns: SIDE, values } };
}
