import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FACE_MODEL_CARDS, INPUT_SIZE } from '../src/index.ts';

describe.each(['front', 'back'] as const)('the %s model', (variant) => {
  const size = INPUT_SIZE[variant];
  const path = new URL(`../models/face_detection_${variant}_${size}x${size}_barracuda`, import.meta.url);

  it('is the file its card names', () => {
    expect(
      createHash('sha256')
        .update(readFileSync(`${path.pathname}.onnx`))
        .digest('hex'),
    ).toBe(FACE_MODEL_CARDS[variant].sha256);
  });

  it('has the same card as JSON', () => {
    expect(JSON.parse(readFileSync(`${path.pathname}.json`, 'utf8'))).toEqual(JSON.parse(JSON.stringify(FACE_MODEL_CARDS[variant])));
  });
});
