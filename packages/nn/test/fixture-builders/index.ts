import { basics } from './basics.ts';
import { batchNorm } from './batch-norm.ts';
import type { Builders } from './builders.ts';

/** By family: `fixtures/<family>.json` and `.safetensors` hold the cases, made by `fixtures/<family>.py`. */
export const builders: Readonly<Record<string, Builders>> = { basics, 'batch-norm': batchNorm };
