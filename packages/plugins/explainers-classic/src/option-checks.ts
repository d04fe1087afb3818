import { VerilensError } from '@verilens/core';

const place = 'plugin explainers-classic';

/** @throws VerilensError BAD_OPTION */
export function wholeOption(option: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new VerilensError('BAD_OPTION', `${option} is out of range`, {
    place,
    expected: `a whole number ${least}..${most}`,
    got: String(value),
  });
}

/** @throws VerilensError BAD_OPTION unless least < value <= most */
export function shareOption(option: string, value: number, least: number, most: number): number {
  if (value > least && value <= most) return value;
  throw new VerilensError('BAD_OPTION', `${option} is out of range`, {
    place,
    expected: `above ${least}, at most ${most}`,
    got: String(value),
  });
}
