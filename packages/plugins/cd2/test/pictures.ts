import type { Image, LearningSession } from '@verilens/core';
import { random } from '@verilens/nn';

/** A drawn class: stripes of an angle and a colour of its own, somewhere else and with noise in each picture. */
export function stripes(kind: number, number: number, size = 24): Image {
  const { uniform, normal } = random(number, 'stripes', kind);
  const angle = (Math.PI * (kind % 4)) / 4;
  const phase = 2 * Math.PI * uniform();
  const data = new Uint8ClampedArray(size * size * 4);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const wave = Math.sin(1.1 * (x * Math.cos(angle) + y * Math.sin(angle)) + phase);
      for (let c = 0; c < 3; c++)
        data[(y * size + x) * 4 + c] = 128 + 70 * wave * (kind >> 2 === c ? 1 : 0.3) + 30 * Math.cos(kind + c) + 25 * normal();
      data[(y * size + x) * 4 + 3] = 255;
    }
  }
  return { data, width: size, height: size };
}

export function lessonOfStripes(kinds: readonly number[], pictures: number): LearningSession {
  return {
    classes: kinds.map((kind) => ({ label: `stripes ${kind}`, images: Array.from({ length: pictures }, (_, i) => stripes(kind, i)) })),
  };
}
