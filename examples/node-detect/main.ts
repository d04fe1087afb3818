import { createEngine } from '@verilens/core';
import { faces } from '@verilens/faces';
import { media } from '@verilens/media';
import { stdt } from '@verilens/plugin-stdt';
import { native } from '@verilens/runtime-native';

await using engine = await createEngine({ runtime: () => native(), plugins: [stdt()], services: [media(), faces()] });
for (const file of process.argv.slice(2)) {
  const { status, score, reason } = await engine.detect(file);
  console.log(file, status, score?.toFixed(2) ?? '', reason ?? '');
}
