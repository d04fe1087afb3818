import { existsSync } from 'node:fs';
import { native } from '@verilens/runtime-native';
import { expect, it } from 'vitest';
import { evidence } from '../src/evidence.ts';

const FASHION = '/usr/share/datasets/fashion-mnist';

it.skipIf(!existsSync(FASHION))(
  'the quick form runs every model and every installed explainer, and answers nothing',
  async () => {
    await using runtime = await native({ device: 'cpu', threads: 1 });
    const messages: string[] = [];
    const { rows, findings, notes } = await evidence({ runtime, seeds: [0], quick: true, onProgress: (message) => messages.push(message) });
    for (const domain of ['digits and clothes', 'drawn things', 'face embedding']) {
      for (const name of [
        'random order',
        're-label',
        're-label, hard labels',
        're-label, soft labels',
        'occlusion',
        'rise',
        'lime',
        'grad-cam',
      ])
        expect(rows.find(({ setting }) => setting === `${domain}, ${name}`)?.measures['deletion']?.mean).toBeTypeOf('number');
    }
    expect(rows.find(({ setting }) => setting === 'drawn things, re-label')!.measures['pointing']).toBeDefined();
    expect(findings).toEqual([]);
    expect(notes.at(-1)).toContain('mean nothing');
    expect(messages).toHaveLength(3);
  },
  120_000,
);
