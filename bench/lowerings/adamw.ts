import { adamW, concat, constant, type Sym } from '@verilens/nn';
import type { Fed, Race } from './race.ts';

const optimizer = adamW();
const SLOTS = [...optimizer.slots];

/** AdamW over many tensors of one size: joined end to end, as the library does with small ones, or each by itself. */
export function adamWs(part: number): Race[] {
  return [
    [48 / part, 256],
    [48 / part, 4096],
    [8 / part, 100_000],
  ].map(([count, size]) => {
    const all = count! * size!;
    const indices = Array.from({ length: count! }, (_, i) => i);
    const states = (shape: readonly number[], suffix: string): Record<string, Fed> =>
      Object.fromEntries(['value', ...SLOTS].map((name) => [`${name}${suffix}`, { shape, positive: name !== 'value' }]));
    const gradients: Record<string, Fed> = Object.fromEntries(indices.map((i) => [`gradient.${i}`, { shape: [size!] }]));
    return {
      op: 'AdamW',
      shape: `${count} tensors of ${size}`,
      whole: true,
      inputs: { ...gradients, ...states([all], '') },
      used: 'joined (library: up to 16,384 elements)',
      ours: (x) =>
        updated(
          x,
          '',
          concat(
            indices.map((i) => x[`gradient.${i}`]!),
            0,
          ),
        ),
      others: {},
      variants: {
        'each tensor by itself': {
          inputs: { ...gradients, ...Object.assign({}, ...indices.map((i) => states([size!], `.${i}`))) },
          ours: (x) => {
            const each = indices.map((i) => updated(x, `.${i}`, x[`gradient.${i}`]!));
            return each[0]!.flatMap((_, part) => each.map((results) => results[part]!));
          },
        },
      },
    };
  });
}

function updated(x: Readonly<Record<string, Sym>>, suffix: string, gradient: Sym): readonly Sym[] {
  const scalars = Object.entries(optimizer.scalars(3, 1e-3)).map(([name, value]) => [name, constant(Float32Array.of(value), [])] as const);
  const { value, slots } = optimizer.update({
    value: x[`value${suffix}`]!,
    gradient,
    slots: Object.fromEntries(SLOTS.map((name) => [name, x[`${name}${suffix}`]!])),
    scalars: Object.fromEntries(scalars),
    decay: true,
  });
  return [value, ...SLOTS.map((name) => slots[name]!)];
}
