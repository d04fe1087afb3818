/** Writes calibration/*.json from the installed sample pictures. The command is CALIBRATION_COMMAND. */
import { writeFileSync } from 'node:fs';
import { native } from '@verilens/runtime-native';
import { calibrateOnSamples } from '../src/calibrate.ts';
import { DEFAULT_PACKAGE, faceEmbedding } from '../src/index.ts';

await using runtime = await native({ device: 'cpu', threads: 1 });
for (const [landmarks, file] of [
  [false, 'faceplugin.json'],
  [true, 'faceplugin-68.json'],
] as const) {
  await using recognizer = await faceEmbedding({ models: { package: DEFAULT_PACKAGE, landmarks } }).create({ runtime });
  const calibration = await calibrateOnSamples(recognizer, { onProgress: (message) => process.stderr.write(`${message}\n`) });
  writeFileSync(new URL(`../calibration/${file}`, import.meta.url), `${JSON.stringify(calibration, null, 2)}\n`);
  process.stderr.write(`${file}: ${JSON.stringify(calibration.pairs)} pairs, ${calibration.identities} people\n`);
}
