import type { Box } from '@verilens/core';
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { annotations, boxOf, videoOf, type Annotation } from './annotations.ts';
import type { LiveReport } from './live-process.ts';

/** A clip to follow from its first frame on. */
export interface Clip {
  readonly annotation: Annotation;
  /** Undefined when its package is not installed. */
  readonly video: string | undefined;
  readonly box: Box;
}

/** An annotated clip by its name. A looped one begins with the video, where the object is nearly where it was placed. */
export function clipNamed(name: string): Clip {
  const annotation = annotations().find((one) => one.name === name);
  if (annotation === undefined) throw new Error(`No boxes are kept under "${name}".`);
  return { annotation, video: videoOf(annotation), box: boxOf(annotation.boxes[0]!.box) };
}

/** Whether a process can be held on one core here. */
export function canPin(): boolean {
  return spawnSync('taskset', ['-c', '0', 'true']).status === 0;
}

/** Follows the object in a process of its own, so that memory and CPU time belong to following alone. `pin`: on one core. */
export function followInOwnProcess(video: string, { x, y, width, height }: Box, frames: number, pin: boolean): Promise<LiveReport> {
  return new Promise((resolve, reject) => {
    const script = fileURLToPath(new URL('live-process.ts', import.meta.url));
    const command = [process.execPath, ...process.execArgv, script, video, [x, y, width, height].join(','), String(frames)];
    const [first, ...rest] = (pin ? ['taskset', '-c', '0', ...command] : command) as [string, ...string[]];
    const child = spawn(first, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (part: Buffer) => (text += part.toString()));
    child.on('error', reject);
    child.on('close', (code) => {
      const line = text.trim().split('\n').at(-1);
      if (code === 0 && line !== undefined) resolve(JSON.parse(line) as LiveReport);
      else reject(new Error(`the measured process ended with ${code}; its error is above`));
    });
  });
}
