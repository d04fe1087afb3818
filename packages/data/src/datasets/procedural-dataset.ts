import type { FaceClip } from '@verilens/core';
import { type ClipType, proceduralClips } from '../procedural/clips.ts';
import { proceduralFaceClip } from '../procedural/face-clip.ts';
import type { ForgeryType } from '../procedural/forgeries.ts';
import type { ProceduralParameters } from '../procedural/parameters.ts';
import { createDataset, type Dataset } from './dataset.ts';

/**
 * Procedural clips as a dataset of face clips, drawn when they are opened. Every clip shows a person of its own.
 * For training, `proceduralSet` gives the same kind of clips as one array.
 */
export function proceduralDataset(options: {
  readonly seed: number | string;
  readonly real: number;
  readonly fake: Readonly<Partial<Record<ForgeryType, number>>>;
  readonly size?: number;
  readonly frames?: number;
  readonly parameters?: ProceduralParameters;
}): Dataset<FaceClip> {
  const { seed, real, fake, ...shape } = options;
  const wanted: [ClipType, number][] = [['real', real], ...(Object.entries(fake) as [ForgeryType, number][])];
  return createDataset(
    `procedural ${seed}`,
    wanted.flatMap(([type, count]) =>
      Array.from({ length: count }, (_, i) => ({
        id: `${type}/${i}`,
        label: type === 'real' ? ('real' as const) : ('fake' as const),
        ...(type === 'real' ? {} : { type }),
        identity: `${seed}/${type}/${i}`,
        open: async () => proceduralFaceClip(proceduralClips({ seed: `${seed}/${type}`, first: i, count: 1, type, ...shape }), 0),
      })),
    ),
  );
}
