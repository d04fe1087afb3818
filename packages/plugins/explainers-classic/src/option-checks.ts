import { type OptionChecks, optionChecks } from '@verilens/explain';

export const PLACE = 'plugin explainers-classic';

const checks: OptionChecks = /* @__PURE__ */ optionChecks(PLACE);
export const wholeOption: OptionChecks['whole'] = checks.whole;
export const shareOption: OptionChecks['share'] = checks.share;
