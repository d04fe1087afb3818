import { VerilensError } from '@verilens/core';

/** Checks the numbers that an explainer's factory takes. @param place who explains, for errors */
export function optionChecks(place: string): OptionChecks {
  const refuse = (option: string, expected: string, value: number): never => {
    throw new VerilensError('BAD_OPTION', `${option} is out of range`, { place, expected, got: String(value) });
  };
  return {
    whole: (option, value, least, most) =>
      Number.isInteger(value) && value >= least && value <= most ? value : refuse(option, `a whole number ${least}..${most}`, value),
    share: (option, value, least, most) =>
      value > least && value <= most ? value : refuse(option, `above ${least}, at most ${most}`, value),
  };
}

export interface OptionChecks {
  /** @throws VerilensError BAD_OPTION unless value is whole and least <= value <= most */
  readonly whole: (option: string, value: number, least: number, most: number) => number;
  /** @throws VerilensError BAD_OPTION unless least < value <= most */
  readonly share: (option: string, value: number, least: number, most: number) => number;
}
