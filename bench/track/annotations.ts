import type { Box } from '@verilens/core';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = join(dirname(fileURLToPath(import.meta.url)), 'boxes');

/** Boxes that a person placed on some frames of a video. */
export interface Annotation {
  readonly name: string;
  readonly video: { readonly package: string; readonly file: string };
  readonly width: number;
  readonly height: number;
  /** What the boxes enclose. */
  readonly object: string;
  readonly how: string;
  /** Ascending; x, y, width, height in pixels. The first one is where following begins. */
  readonly boxes: readonly { readonly frame: number; readonly box: readonly [number, number, number, number] }[];
}

export function annotations(): readonly Annotation[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .toSorted()
    .map((name) => ({ name: name.slice(0, -5), ...(JSON.parse(readFileSync(join(folder, name), 'utf8')) as Omit<Annotation, 'name'>) }));
}

/** Where an installed package keeps the video; undefined when it is not installed. */
export function videoOf({ video }: Annotation): string | undefined {
  const [kind, name] = video.package.split(' ') as [string, string];
  const root =
    kind === 'npm'
      ? dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))
      : join('/usr/lib/python3/dist-packages', name.replace('python3-', ''));
  const file = join(root, video.file);
  return existsSync(file) ? file : undefined;
}

export function boxOf([x, y, width, height]: readonly [number, number, number, number]): Box {
  return { x, y, width, height };
}
