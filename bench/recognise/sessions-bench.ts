import type { Image, IncrementalLearner, Runtime } from '@verilens/core';
import { pictureAt } from '@verilens/data';
import { twentyClassesSplit } from '@verilens/data/node';
import { cd2 } from '@verilens/plugin-cd2';
import { native } from '@verilens/runtime-native';
import { wasm } from '@verilens/runtime-wasm';
import { availableParallelism } from 'node:os';
import { type Measured, round, type Row } from '../document.ts';
import { median } from '../timing.ts';

const BASE = 8;
const BASE_PICTURES = 20;
const WAYS = 2;
const SHOTS = 5;
const PREDICTIONS = 40;

/** The `small` preset of cd2 on digits and clothes: a base session, then the same small session again and again from its file. */
export async function sessionsBench({
  sessions,
  threads = availableParallelism(),
  say,
}: {
  sessions: number;
  threads?: number;
  say: (line: string) => void;
}): Promise<Measured> {
  const { train, test } = await twentyClassesSplit({ from: import.meta.url });
  const pictures = (label: number, count: number): Image[] =>
    [...train.labels.keys()]
      .filter((place) => train.labels[place] === label)
      .slice(0, count)
      .map((place) => pictureAt(train, place));
  const classes = (from: number, count: number, each: number) =>
    Array.from({ length: count }, (_, i) => ({ label: train.classes[from + i]!, images: pictures(from + i, each) }));
  const asked = Array.from({ length: PREDICTIONS }, (_, i) => pictureAt(test, i));
  const rows: Row[] = [];
  let known: Uint8Array | undefined;
  for (const open of [() => native({ device: 'cpu', threads }), () => wasm({ device: 'wasm', threads })]) {
    await using runtime: Runtime = await open();
    await using learner: IncrementalLearner = await cd2().create({ runtime });
    let base: number | null = null;
    if (known === undefined) {
      const started = performance.now();
      await learner.learn({ classes: classes(0, BASE, BASE_PICTURES) });
      base = (performance.now() - started) / 1000;
      known = await learner.save();
    }
    const seconds: number[] = [];
    for (let session = 0; session < sessions; session++) {
      await learner.restore(known);
      const started = performance.now();
      await learner.learn({ classes: classes(BASE, WAYS, SHOTS) });
      seconds.push((performance.now() - started) / 1000);
    }
    const times: number[] = [];
    for (const picture of asked) {
      const started = performance.now();
      await learner.predict(picture);
      times.push(performance.now() - started);
    }
    rows.push({
      engine: runtime.device,
      'base session (s)': base === null ? null : round(base, 1),
      'session (s, median)': round(median(seconds), 2),
      'slowest (s)': round(Math.max(...seconds), 2),
      sessions: seconds.length,
      'predict (ms, median)': round(median(times), 2),
    });
    say(Object.values(rows.at(-1)!).join('  '));
  }
  return {
    settings: { preset: 'small', threads, base: { classes: BASE, pictures: BASE_PICTURES }, session: { ways: WAYS, shots: SHOTS } },
    rows,
    notes: [
      `cd2, preset small. A session: ${WAYS} new classes of ${SHOTS} pictures beside ${BASE} known ones: 100 steps of the head, then 150 steps towards the pixels of ${2 * WAYS} made pictures. The base session, ${BASE} classes of ${BASE_PICTURES} pictures, is 150 steps, the least that the preset takes.`,
      'WASM goes on from the file that native CPU wrote. Nothing is compared: the paper has no public code.',
    ],
  };
}
