import * as nn from '../../src/index.ts';
import * as ref from '../reference.ts';
import type { OpCase } from './op-case.ts';

/** Sample 0 has its last key hidden, sample 1 its first. */
const KEEP = [
  [1, 1, 1, 0],
  [0, 1, 1, 1],
];

export const tokens: readonly OpCase[] = [
  {
    name: 'attention with hidden keys and the future hidden',
    covers: ['attention'],
    inputs: [
      [2, 1, 3, 2],
      [2, 1, 4, 2],
      [2, 1, 4, 1],
    ],
    build: (q, k, v) =>
      nn.attention(q!, k!, v!, { mask: nn.add(nn.causalMask(3, 4), nn.keyMask(nn.constant(Float32Array.from(KEEP.flat()), [2, 4]))) }),
    reference: (q, k, v) =>
      ref.build([2, 1, 3, 1], ([b, , t]) => {
        const seen = [0, 1, 2, 3].filter((s) => s <= t! + 1 && KEEP[b!]![s] === 1);
        const weights = seen.map((s) =>
          Math.exp(ref.total([0, 1].map((d) => ref.get(q!, [b!, 0, t!, d]) * ref.get(k!, [b!, 0, s, d]))) / Math.SQRT2),
        );
        return ref.total(seen.map((s, i) => weights[i]! * ref.get(v!, [b!, 0, s, 0]))) / ref.total(weights);
      }),
  },
  {
    name: 'timeEmbedding',
    covers: ['sin', 'cos'],
    inputs: [[3]],
    build: (t) => nn.timeEmbedding(t!, 4, { maxPeriod: 100 }),
    reference: (t) =>
      ref.build([3, 4], ([b, i]) => {
        const angle = ref.get(t!, [b!]) * (i! % 2 === 0 ? 1 : 0.1);
        return i! < 2 ? Math.cos(angle) : Math.sin(angle);
      }),
  },
];
