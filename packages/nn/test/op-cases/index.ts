import { activations } from './activations.ts';
import { batchNorms } from './batch-norm.ts';
import { alongAxis } from './along-axis.ts';
import { arrangement } from './arrangement.ts';
import { elementwise } from './elementwise.ts';
import { images } from './images.ts';
import { indexing } from './indexing.ts';
import { losses } from './losses.ts';
import { normalisations } from './normalisations.ts';
import { pooling } from './pooling.ts';
import { products } from './products.ts';
import { reductions } from './reductions.ts';
import { sampleNorms } from './sample-norms.ts';
import { resampling } from './resampling.ts';
import { selections } from './selections.ts';
import { sequences } from './sequences.ts';
import { shape } from './shape.ts';
import { volumes } from './volumes.ts';
import { style } from './style.ts';
import { tokens } from './tokens.ts';
import { transforms } from './transforms.ts';
import type { OpCase } from './op-case.ts';

/** The table of ops that every runtime is tested with; one file a family. */
export const opCases: readonly OpCase[] = [
  ...elementwise,
  ...reductions,
  ...shape,
  ...indexing,
  ...alongAxis,
  ...arrangement,
  ...sequences,
  ...sampleNorms,
  ...style,
  ...tokens,
  ...products,
  ...normalisations,
  ...batchNorms,
  ...images,
  ...pooling,
  ...volumes,
  ...losses,
  ...activations,
  ...selections,
  ...resampling,
  ...transforms,
];
