import { arrangement } from './arrangement.ts';
import { attentionBlocks } from './attention-blocks.ts';
import { basics } from './basics.ts';
import { batchNorm } from './batch-norm.ts';
import type { Builders } from './builders.ts';
import { losses } from './losses.ts';
import { secondOrder } from './second-order.ts';
import { pooling } from './pooling.ts';
import { sampleNorms } from './sample-norms.ts';
import { fourier } from './fourier.ts';
import { functions } from './functions.ts';
import { matrices } from './matrices.ts';
import { resampling } from './resampling.ts';
import { sequences } from './sequences.ts';
import { volumes } from './volumes.ts';
import { style } from './style.ts';

/** By family: `fixtures/<family>.json` and `.safetensors` hold the cases, made by `fixtures/<family>.py`. */
export const builders: Readonly<Record<string, Builders>> = {
  arrangement,
  'attention-blocks': attentionBlocks,
  basics,
  'batch-norm': batchNorm,
  pooling,
  'sample-norms': sampleNorms,
  fourier,
  functions,
  matrices,
  resampling,
  sequences,
  volumes,
  losses,
  'second-order': secondOrder,
  style,
};
