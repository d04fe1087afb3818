import * as nn from '../../src/index.ts';
import type { Complex } from '../../src/index.ts';
import type { Sym } from '../../src/sym.ts';
import * as ref from '../reference.ts';
import type { Ref } from '../reference.ts';
import type { OpCase } from './op-case.ts';

const beside = ({ re, im }: Complex): Sym => nn.concat([re, im], -1);
const whole = (re: Ref, im: Ref): Ref =>
  ref.build([re.shape[0]!, 2 * re.shape[1]!], ([i, j]) => ref.get(j! < re.shape[1]! ? re : im, [i!, j! % re.shape[1]!]));

/** The sum that defines the transform: sign -1 forward, 1 inverse without its division. */
function spectrum(re: Ref, im: Ref | undefined, sign: 1 | -1): { re: Ref; im: Ref } {
  const [h, w] = re.shape as readonly [number, number];
  const part = (which: 're' | 'im'): Ref =>
    ref.build([h, w], ([u, v]) => {
      let total = 0;
      for (let y = 0; y < h; y++)
        for (let x = 0; x < w; x++) {
          const angle = sign * 2 * Math.PI * ((u! * y) / h + (v! * x) / w);
          const [a, b] = [ref.get(re, [y, x]), im === undefined ? 0 : ref.get(im, [y, x])];
          total += which === 're' ? a * Math.cos(angle) - b * Math.sin(angle) : a * Math.sin(angle) + b * Math.cos(angle);
        }
      return total;
    });
  return { re: part('re'), im: part('im') };
}

/** Elimination on paper: no pivots needed for the rows below. */
function solved(a: Ref, b: Ref): Ref {
  const n = a.shape[0]!;
  const m = b.shape[1]!;
  const rows = Array.from({ length: n }, (_, i) => [
    ...Array.from({ length: n }, (_c, j) => ref.get(a, [i, j]) + (i === j ? 4 : 0)),
    ...Array.from({ length: m }, (_c, j) => ref.get(b, [i, j])),
  ]);
  for (let k = 0; k < n; k++) {
    const pivot = rows[k]!.map((v) => v / rows[k]![k]!);
    rows.forEach((row, i) => {
      const factor = row[k]!;
      rows[i] = i === k ? pivot : row.map((v, j) => v - factor * pivot[j]!);
    });
  }
  return ref.build([n, m], ([i, j]) => rows[i!]![n + j!]!);
}
const regular = (a: Sym): Sym => nn.add(a, nn.mul(nn.identity(a.shape[0]!), 4));
const gram = (a: Sym): Sym => nn.add(nn.matmul(a, a, { transB: true }), nn.mul(nn.identity(a.shape[0]!), 2));

export const transforms: readonly OpCase[] = [
  {
    name: 'fft2 and ifft2, odd and even, complex',
    covers: [],
    inputs: [
      [3, 4],
      [3, 4],
    ],
    build: (a, b) => nn.square(nn.add(beside(nn.fft2(nn.complex(a!, b!))), beside(nn.ifft2(nn.complex(a!, b!))))),
    reference: (a, b) => {
      const [there, back] = [spectrum(a!, b, -1), spectrum(a!, b, 1)];
      return ref.map2(
        whole(there.re, there.im),
        ref.map(whole(back.re, back.im), (v) => v / 12),
        (p, q) => (p + q) ** 2,
      );
    },
  },
  {
    name: 'shifted spectrum of a real picture, masked, and back',
    covers: [],
    inputs: [
      [3, 5],
      [3, 5],
    ],
    build: (x, filter) => {
      const { re, im } = nn.fft2(x!);
      const masked = nn.complex(nn.ifftShift(nn.mul(nn.fftShift(re), filter!)), nn.ifftShift(nn.mul(nn.fftShift(im), filter!)));
      return nn.square(nn.ifft2(masked).re);
    },
    reference: (x, filter) => {
      const at = ([i, j]: readonly number[]): number => ref.get(filter!, [(i! + 1) % 3, (j! + 2) % 5]);
      const there = spectrum(x!, undefined, -1);
      const masked = (part: Ref): Ref => ref.build([3, 5], (place) => ref.get(part, place) * at(place));
      return ref.map(spectrum(masked(there.re), masked(there.im), 1).re, (v) => (v / 15) ** 2);
    },
  },
  {
    name: 'circular correlation and convolution',
    covers: [],
    inputs: [
      [2, 3],
      [2, 3],
    ],
    build: (a, b) => nn.stack([nn.circularCorrelation(a!, b!), nn.circularConvolution(a!, b!)], 0),
    reference: (a, b) =>
      ref.build([2, 2, 3], ([which, u, v]) => {
        let total = 0;
        for (let y = 0; y < 2; y++)
          for (let x = 0; x < 3; x++) {
            const other = which === 0 ? [(u! + y) % 2, (v! + x) % 3] : [(u! - y + 2) % 2, (v! - x + 3) % 3];
            total += ref.get(a!, [y, x]) * ref.get(b!, other);
          }
        return total;
      }),
  },
  {
    name: 'complex product, quotient and length',
    covers: [],
    inputs: [[5], [5], [5], [5]],
    low: 0.3,
    build: (a, b, c, d) => {
      const [p, q] = [nn.complex(a!, b!), nn.complex(c!, d!)];
      return nn.concat([beside(nn.complexSub(nn.complexDiv(p, q), nn.complexAdd(p, nn.complexMul(p, q)))), nn.complexAbs(p)], 0);
    },
    reference: (a, b, c, d) => ({
      shape: [15],
      data: Float64Array.from({ length: 15 }, (_, i) => {
        const [e, f, g, h] = [a, b, c, d].map((x) => x!.data[i % 5]!) as [number, number, number, number];
        if (i >= 10) return Math.hypot(e, f);
        const size = g * g + h * h;
        return i < 5 ? (e * g + f * h) / size - e - (e * g - f * h) : (f * g - e * h) / size - f - (e * h + f * g);
      }),
    }),
  },
  {
    name: 'solve by elimination',
    covers: ['withGradient'],
    inputs: [
      [3, 3],
      [3, 2],
    ],
    build: (a, b) => nn.solve(regular(a!), b!),
    reference: (a, b) => solved(a!, b!),
  },
  {
    name: 'inverse by iteration, conjugate gradients',
    covers: ['withGradient'],
    inputs: [
      [3, 3],
      [3, 1],
    ],
    low: -0.6,
    high: 0.6,
    build: (a, b) =>
      nn.concat(
        [
          nn.matmul(nn.inverseByIteration(regular(a!)), b!),
          nn.conjugateGradient((v) => nn.matmul(regular(nn.matmul(a!, a!, { transB: true })), v), b!, { iterations: 3 }),
        ],
        1,
      ),
    reference: (a, b) => {
      const columns = [solved(a!, b!), solved(ref.matmul(a!, ref.flipLast(a!)), b!)];
      return ref.build([3, 2], ([i, j]) => ref.get(columns[j!]!, [i!, 0]));
    },
  },
  {
    name: 'whitening: covariance and inverse square root',
    covers: [],
    inputs: [
      [2, 5],
      [2, 2],
    ],
    build: (x, a) => nn.matmul(nn.whiteningMatrix(nn.covariance(x!, { ridge: 0.5 }), { iterations: 12 }), gram(a!)),
    // the root of a 2x2 matrix in closed form: sqrt(S) = (S + sqrt(det) I) / sqrt(trace + 2 sqrt(det))
    reference: (x, a) => {
      const centred = ref.map2(x!, ref.reduce(x!, [1], true, ref.average), (p, q) => p - q);
      const s = ref.map(ref.matmul(centred, ref.flipLast(centred)), (v) => v / 5).data;
      const [p, q, r] = [s[0]! + 0.5, s[1]!, s[3]! + 0.5];
      const det = Math.sqrt(p * r - q * q);
      const t = Math.sqrt(p + r + 2 * det);
      const root = [(p + det) / t, q / t, (r + det) / t] as const;
      const size = root[0] * root[2] - root[1] ** 2;
      const inverse = { shape: [2, 2], data: Float64Array.from([root[2], -root[1], -root[1], root[0]], (v) => v / size) };
      const other = ref.matmul(a!, ref.flipLast(a!));
      return ref.matmul(
        inverse,
        ref.build([2, 2], (at) => ref.get(other, at) + (at[0] === at[1] ? 2 : 0)),
      );
    },
  },
];
