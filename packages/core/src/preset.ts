import { VerilensError } from './errors.ts';
import { didYouMean } from './nearest.ts';

/**
 * `wanted`, when it is one of `presets`.
 * @param place who has the presets
 * @throws VerilensError UNKNOWN_NAME with the presets there are and the nearest one
 * @example
 * const preset = presetNamed(['small', 'paper'] as const, options.preset, 'plugin stdt'); // 'small' | 'paper'
 */
export function presetNamed<Preset extends string>(presets: readonly Preset[], wanted: string, place: string): Preset {
  const found = presets.find((preset) => preset === wanted);
  if (found !== undefined) return found;
  throw new VerilensError('UNKNOWN_NAME', `no preset is called "${wanted}"`, { place, remedy: didYouMean(wanted, presets) });
}
