import { expect, it } from 'vitest';
import { presetNamed } from '../src/preset.ts';

it('gives the preset, or says which there are', () => {
  expect(presetNamed(['small', 'paper'] as const, 'paper', 'plugin x')).toBe('paper');
  expect(() => presetNamed(['small', 'paper'], 'smal', 'plugin x')).toThrow(
    '[plugin x] no preset is called "smal". Known: paper, small. Did you mean "small"?',
  );
});
