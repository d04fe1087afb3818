import { branchImporters } from './ops/branches.ts';
import { constantImporters } from './ops/constants.ts';
import { convolutionImporters } from './ops/convolution.ts';
import { einsumImporters } from './ops/einsum.ts';
import { elementwiseImporters } from './ops/elementwise.ts';
import { gridSampleImporters } from './ops/grid-sample.ts';
import { linearAlgebraImporters } from './ops/linear-algebra.ts';
import { normalisationImporters } from './ops/normalisation.ts';
import { paddingImporters } from './ops/padding.ts';
import { partImporters } from './ops/parts.ts';
import { positionImporters } from './ops/positions.ts';
import { poolingImporters } from './ops/pooling.ts';
import { reduceImporters } from './ops/reduce.ts';
import { resizeImporters } from './ops/resize.ts';
import { scatterImporters } from './ops/scatter.ts';
import { shapeImporters } from './ops/shape.ts';
import type { Importer } from './site.ts';

/** How each ONNX operator is written with our ops; operators of other domains carry them as a prefix. */
export const importers: ReadonlyMap<string, Importer> = new Map(
  Object.entries({
    ...elementwiseImporters,
    ...reduceImporters,
    ...shapeImporters,
    ...partImporters,
    ...positionImporters,
    ...constantImporters,
    ...branchImporters,
    ...scatterImporters,
    ...paddingImporters,
    ...linearAlgebraImporters,
    ...einsumImporters,
    ...normalisationImporters,
    ...convolutionImporters,
    ...poolingImporters,
    ...resizeImporters,
    ...gridSampleImporters,
  }),
);
