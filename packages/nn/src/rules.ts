import type { Op } from './op-types.ts';
import { batchNormRules } from './ops/batch-norm.ts';
import { alongAxisRules } from './ops/along-axis.ts';
import { convolutionRules } from './ops/convolution.ts';
import { elementwiseRules } from './ops/elementwise.ts';
import { indexRules } from './ops/indexing.ts';
import { logicRules } from './ops/logic.ts';
import { linearAlgebraRules } from './ops/linear-algebra.ts';
import { maxPoolRules } from './ops/max-pool.ts';
import { normalisationRules } from './ops/normalisation.ts';
import { piecewiseRules } from './ops/piecewise-linear.ts';
import { reduceRules } from './ops/reduce.ts';
import { shapeRules } from './ops/shape.ts';
import { withGradientRules } from './ops/with-gradient.ts';
import { sourceRules } from './ops/source.ts';
import type { Rule } from './sym.ts';

/** Shape and gradient of every op. An op of the union without an entry here does not compile. */
export const rules: { readonly [O in Op]: Rule<O> } = {
  ...sourceRules,
  ...elementwiseRules,
  ...logicRules,
  ...piecewiseRules,
  ...withGradientRules,
  ...reduceRules,
  ...shapeRules,
  ...indexRules,
  ...alongAxisRules,
  ...linearAlgebraRules,
  ...normalisationRules,
  ...batchNormRules,
  ...convolutionRules,
  ...maxPoolRules,
};
