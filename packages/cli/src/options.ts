import type { Baseline, Box } from '@verilens/core';
import { InvalidArgumentError } from 'commander';

export const deviceNames = ['auto', 'cuda', 'webgpu', 'cpu', 'wasm'] as const;
export type DeviceName = (typeof deviceNames)[number];

/** A number within bounds, for commander. */
export function numberIn(low: number, high: number, whole = false): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && value >= low && value <= high && (!whole || Number.isInteger(value))) return value;
    throw new InvalidArgumentError(`Expected ${whole ? 'a whole number' : 'a number'} from ${low} to ${high}.`);
  };
}

/** `0,1,2` or `0 1 2` to different whole numbers, for commander. */
export function seedList(text: string): number[] {
  const seeds = text
    .split(/[\s,]+/)
    .filter((part) => part !== '')
    .map(Number);
  if (
    seeds.length > 0 &&
    seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31) &&
    new Set(seeds).size === seeds.length
  )
    return seeds;
  throw new InvalidArgumentError('Expected different whole numbers with commas between them, e.g. 0,1,2.');
}

/** Collects an option that may be given several times, or once with commas. */
export function collect(text: string, before: readonly string[] = []): string[] {
  return [
    ...before,
    ...text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  ];
}

/** `x,y,width,height` in pixels, for commander. */
export function boxOf(text: string): Box {
  const numbers = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  const [x, y, width, height] = numbers as [number, number, number, number];
  if (numbers.length === 4 && numbers.every(Number.isFinite) && width > 0 && height > 0) return { x, y, width, height };
  throw new InvalidArgumentError('Expected four numbers x,y,width,height in pixels, the last two above 0.');
}

const COLOURS = { black: [0, 0, 0], grey: [128, 128, 128], white: [255, 255, 255] } as const;

/** `grey`, `black`, `white`, `r,g,b`, `blur` or `blur:<pixels>`, for commander. */
export function baselineOf(text: string): Baseline {
  if (Object.hasOwn(COLOURS, text)) return { kind: 'constant', rgb: COLOURS[text as keyof typeof COLOURS] };
  const blur = /^blur(?::(\d+(?:\.\d+)?))?$/.exec(text);
  if (blur !== null && Number(blur[1] ?? 10) > 0) return { kind: 'blur', sigmaPx: Number(blur[1] ?? 10) };
  const numbers = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  const [r, g, b] = numbers as [number, number, number];
  if (numbers.length === 3 && numbers.every((v) => v >= 0 && v <= 255)) return { kind: 'constant', rgb: [r, g, b] };
  throw new InvalidArgumentError('Expected grey, black, white, three numbers 0..255 as r,g,b, blur, or blur:<pixels>.');
}
