import { createEngine } from '@verilens/core';
import { media } from '@verilens/media';
import { native } from '@verilens/runtime-native';
import { loopFinder } from './loop-finder.ts';

await using engine = await createEngine({ runtime: () => native({ device: 'cpu' }), plugins: [loopFinder()], services: [media()] });
for (const file of process.argv.slice(2)) {
  const { status, score, segments } = await engine.detect(file);
  console.log(file, status, score?.toFixed(2) ?? '');
  for (const { startMs, endMs } of segments)
    console.log(`  ${(startMs / 1000).toFixed(2)} s to ${(endMs / 1000).toFixed(2)} s repeats an earlier stretch`);
}
