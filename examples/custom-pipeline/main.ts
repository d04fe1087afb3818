import { pipeline, prefetch } from '@verilens/core';
import { framesOf, look, shots } from './stages.ts';

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('Name a video.');

// Decoding runs up to four frames ahead of the looking; nothing holds more than that.
const cuts = pipeline(() => framesOf(file), 'frames')
  .to(prefetch(4))
  .to(look)
  .to(shots());

console.log(cuts.describe());
for await (const { startMs, endMs, frames, motion } of cuts) {
  console.log(`${(startMs / 1000).toFixed(2)} s to ${(endMs / 1000).toFixed(2)} s: ${frames} frames, motion ${motion.toFixed(4)}`);
}

// A composition that does not fit does not compile:
// pipeline(() => framesOf(file)).to(shots());
//   Argument of type 'Stage<Look, Shot>' is not assignable to parameter of type 'Stage<VideoFrame, Shot>'
