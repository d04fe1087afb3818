import { type OptionChecks, optionChecks } from '@verilens/explain';

export const PLACE = 'plugin explainers-classic';

export const { whole: wholeOption, share: shareOption }: OptionChecks = optionChecks(PLACE);
