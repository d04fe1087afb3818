import type { Look } from './look-for-cuda.ts';

/** Placeholder rule until the driver files are read below. */
export async function lookForWebgpu(): Promise<Look> {
  return { promising: false, software: false, reason: 'not looked for yet' };
}
